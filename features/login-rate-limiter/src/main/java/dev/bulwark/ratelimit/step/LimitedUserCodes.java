package dev.bulwark.ratelimit.step;

import dev.bulwark.limit.Decision;
import dev.bulwark.ratelimit.LoginRateLimiterProvider;
import jakarta.ws.rs.WebApplicationException;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OAuth2DeviceUserCodeProvider;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.grants.device.DeviceGrantType;
import org.keycloak.protocol.oidc.grants.device.endpoints.DeviceEndpoint;

/**
 * The user codes of the device grant (RFC 8628), which somebody types and somebody may guess (5.1).
 * Keycloak's endpoint calls {@link #format} for every code that is entered and before it looks it
 * up: the one place in front of the look-up that an extension can take.
 */
public final class LimitedUserCodes implements OAuth2DeviceUserCodeProvider {

  private final OAuth2DeviceUserCodeProvider delegate;
  private final KeycloakSession session;

  public LimitedUserCodes(OAuth2DeviceUserCodeProvider delegate, KeycloakSession session) {
    this.delegate = delegate;
    this.session = session;
  }

  @Override
  public String generate() {
    return delegate.generate();
  }

  @Override
  public String display(String userCode) {
    return delegate.display(userCode);
  }

  @Override
  public String format(String userCode) {
    RealmModel realm = session.getContext().getRealm();
    LoginRateLimiterProvider limiter = session.getProvider(LoginRateLimiterProvider.class);
    if (limiter.takeForUserCode() instanceof Decision.Refused refusal) {
      EventBuilder event =
          new EventBuilder(realm, session, session.getContext().getConnection())
              .event(EventType.OAUTH2_DEVICE_VERIFY_USER_CODE);
      Refusals.report(event, null, refusal);
      throw new WebApplicationException(
          Refusals.page(
              session,
              session.getProvider(LoginFormsProvider.class),
              DeviceGrantType.oauth2DeviceVerificationUrl(session.getContext().getUri())
                  .build(realm.getName()),
              refusal));
    }
    String code = delegate.format(userCode);
    if (DeviceEndpoint.getDeviceByUserCode(session, realm, code) != null) {
      limiter.userCodeWasRight();
    }
    return code;
  }

  @Override
  public void close() {
    delegate.close();
  }
}

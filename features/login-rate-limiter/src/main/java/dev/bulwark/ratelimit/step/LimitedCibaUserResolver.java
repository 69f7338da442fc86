package dev.bulwark.ratelimit.step;

import dev.bulwark.limit.Decision;
import dev.bulwark.ratelimit.Account;
import dev.bulwark.ratelimit.LoginRateLimiterProvider;
import jakarta.ws.rs.WebApplicationException;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.grants.ciba.resolvers.CIBALoginUserResolver;

/**
 * The user of a CIBA request. It tests no secret of the user, but reveals whether the user exists
 * and asks for approval on another device. So it counts by account. It does not count by address,
 * because the address is that of the client's server, which is authenticated.
 */
public final class LimitedCibaUserResolver implements CIBALoginUserResolver {

  private final CIBALoginUserResolver delegate;
  private final KeycloakSession session;

  public LimitedCibaUserResolver(CIBALoginUserResolver delegate, KeycloakSession session) {
    this.delegate = delegate;
    this.session = session;
  }

  @Override
  public @Nullable UserModel getUserFromLoginHint(String loginHint) {
    takeSlot(Account.named(loginHint));
    return delegate.getUserFromLoginHint(loginHint);
  }

  @Override
  public @Nullable UserModel getUserFromLoginHintToken(String loginHintToken) {
    return delegate.getUserFromLoginHintToken(loginHintToken);
  }

  @Override
  public @Nullable UserModel getUserFromIdTokenHint(String idToken) {
    return delegate.getUserFromIdTokenHint(idToken);
  }

  @Override
  public String getInfoUsedByAuthentication(UserModel user) {
    return delegate.getInfoUsedByAuthentication(user);
  }

  @Override
  public @Nullable UserModel getUserFromInfoUsedByAuthentication(String info) {
    return delegate.getUserFromInfoUsedByAuthentication(info);
  }

  private void takeSlot(Account account) {
    LoginRateLimiterProvider limiter = session.getProvider(LoginRateLimiterProvider.class);
    if (limiter.takeForAccount(account) instanceof Decision.Refused refusal) {
      EventBuilder event =
          new EventBuilder(
                  session.getContext().getRealm(), session, session.getContext().getConnection())
              .event(EventType.LOGIN)
              .client(session.getContext().getClient());
      Refusals.report(event, account.name(), refusal);
      throw new WebApplicationException(Refusals.json(refusal));
    }
    limiter.fail();
  }

  @Override
  public void close() {
    delegate.close();
  }
}

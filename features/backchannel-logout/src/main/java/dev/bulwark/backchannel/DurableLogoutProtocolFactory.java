package dev.bulwark.backchannel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.LoginProtocol;
import org.keycloak.protocol.oidc.OIDCLoginProtocolFactory;
import org.keycloak.protocol.oidc.OIDCProviderConfig;

/**
 * Takes the place of Keycloak's OpenID Connect (same id, higher order). It differs in one thing: in
 * a realm that uses the durable delivery, a logout stores a notice where Keycloak calls the client.
 *
 * <p>Where Keycloak lacks what that needs, it does what Keycloak's own does. It cannot step back:
 * Keycloak 26.4 takes the factory of the highest order, and then has none if that one is not
 * supported.
 */
public final class DurableLogoutProtocolFactory extends OIDCLoginProtocolFactory {

  private @Nullable OIDCProviderConfig config;

  @Override
  public void init(Config.Scope scope) {
    super.init(scope);
    if (BackchannelLogoutProviderFactory.isDurable()) {
      config = new OIDCProviderConfig(scope);
    }
  }

  @Override
  public LoginProtocol create(KeycloakSession session) {
    if (!BackchannelLogoutProviderFactory.isDurable()) {
      return super.create(session);
    }
    return new DurableLogoutProtocol(Objects.requireNonNull(config, "init() runs first"))
        .setSession(session);
  }

  @Override
  public int order() {
    return super.order() + 1;
  }
}

package dev.bulwark.backchannel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.LoginProtocol;
import org.keycloak.protocol.oidc.OIDCLoginProtocolFactory;
import org.keycloak.protocol.oidc.OIDCProviderConfig;
import org.keycloak.provider.EnvironmentDependentProviderFactory;

/**
 * Takes the place of Keycloak's OpenID Connect (same id, higher order). It differs in one thing: in
 * a realm that uses the durable delivery, a logout stores a notice where Keycloak calls the client.
 */
public final class DurableLogoutProtocolFactory extends OIDCLoginProtocolFactory
    implements EnvironmentDependentProviderFactory {

  private @Nullable OIDCProviderConfig config;

  @Override
  public boolean isSupported(Config.Scope scope) {
    return BackchannelLogoutProviderFactory.isDurable();
  }

  @Override
  public void init(Config.Scope scope) {
    super.init(scope);
    config = new OIDCProviderConfig(scope);
  }

  @Override
  public LoginProtocol create(KeycloakSession session) {
    return new DurableLogoutProtocol(Objects.requireNonNull(config, "init() runs first"))
        .setSession(session);
  }

  @Override
  public int order() {
    return super.order() + 1;
  }
}

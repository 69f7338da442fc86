package dev.bulwark.apikey.introspection;

import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.AccessTokenIntrospectionProviderFactory;
import org.keycloak.protocol.oidc.TokenIntrospectionProvider;

/** Takes the place of Keycloak's provider: same id, higher order. */
public final class ApiKeyIntrospectionProviderFactory
    extends AccessTokenIntrospectionProviderFactory {

  @Override
  public TokenIntrospectionProvider create(KeycloakSession session) {
    return new ApiKeyIntrospectionProvider(session);
  }

  @Override
  public int order() {
    return 100;
  }
}

package dev.bulwark.apikey.grant;

import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.grants.ClientCredentialsGrantTypeFactory;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;

/** Takes the place of Keycloak's grant: same id and shortcut, higher order. */
public final class KeyClientCredentialsGrantTypeFactory extends ClientCredentialsGrantTypeFactory {

  @Override
  public OAuth2GrantType create(KeycloakSession session) {
    return new KeyClientCredentialsGrantType();
  }

  @Override
  public int order() {
    return 100;
  }
}

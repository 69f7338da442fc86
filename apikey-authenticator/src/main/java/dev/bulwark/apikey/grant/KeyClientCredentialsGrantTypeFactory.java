package dev.bulwark.apikey.grant;

import dev.bulwark.contract.KeycloakFeature;
import org.jboss.logging.Logger;
import org.keycloak.common.Version;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.grants.ClientCredentialsGrantTypeFactory;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;

/** Takes the place of Keycloak's grant: same id and shortcut, higher order. */
public final class KeyClientCredentialsGrantTypeFactory extends ClientCredentialsGrantTypeFactory {

  private static final Logger LOG = Logger.getLogger(KeyClientCredentialsGrantTypeFactory.class);

  /** One line where keys are not exchanged. The factory of the key grant is not loaded there. */
  @Override
  public void postInit(KeycloakSessionFactory factory) {
    super.postInit(factory);
    if (!KeyTokens.areSafe()) {
      LOG.warnf(
          "API keys are not exchanged for tokens: Keycloak %s cannot limit such a "
              + "token to its key. Keycloak %s can. All other functions of API keys work.",
          Version.VERSION, KeycloakFeature.TOKEN_ALLOWED_BY_GRANT.availableIn());
    }
  }

  @Override
  public OAuth2GrantType create(KeycloakSession session) {
    return new KeyClientCredentialsGrantType();
  }

  @Override
  public int order() {
    return 100;
  }
}

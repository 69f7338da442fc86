package dev.bulwark.apikey.grant;

import dev.bulwark.apikey.rest.OwnerResourceProviderFactory;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.protocol.oidc.grants.OAuth2GrantTypeFactory;
import org.keycloak.provider.EnvironmentDependentProviderFactory;

/** Registers the grant {@value #ID}. */
public class ApiKeyGrantTypeFactory
    implements OAuth2GrantTypeFactory, EnvironmentDependentProviderFactory {

  /** The {@code grant_type}; clients send it: never change it. */
  public static final String ID = "urn:bulwark:params:oauth:grant-type:api-key";

  /** Characters five and six of the {@code jti} of every token of this grant. */
  static final String SHORTCUT = "bk";

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public String getShortcut() {
    return SHORTCUT;
  }

  @Override
  public OAuth2GrantType create(KeycloakSession session) {
    return new ApiKeyGrantType();
  }

  /**
   * Switched off together with the resource of keys, so that discovery does not offer the grant.
   */
  @Override
  public boolean isSupported(Config.Scope config) {
    return KeyTokens.areSafe() && OwnerResourceProviderFactory.isEnabled();
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {}

  @Override
  public void close() {}
}

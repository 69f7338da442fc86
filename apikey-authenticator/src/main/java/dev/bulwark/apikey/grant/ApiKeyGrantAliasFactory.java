package dev.bulwark.apikey.grant;

import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.protocol.oidc.grants.OAuth2GrantTypeFactory;
import org.keycloak.provider.EnvironmentDependentProviderFactory;

/**
 * Registers the grant of {@link ApiKeyGrantTypeFactory} under a second name: a tag URI (RFC 4151),
 * since {@code bulwark} is not a registered URN namespace.
 */
public final class ApiKeyGrantAliasFactory
    implements OAuth2GrantTypeFactory, EnvironmentDependentProviderFactory {

  /** The {@code grant_type}; clients send it: never change it. */
  public static final String ID = "tag:bulwark.dev,2026:grant-type:api-key";

  /** In no token, since they have the first name; Keycloak wants one for each grant. */
  private static final String SHORTCUT = "bt";

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

  @Override
  public boolean isSupported(Config.Scope config) {
    return KeyTokens.areSafe();
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {}

  @Override
  public void close() {}
}

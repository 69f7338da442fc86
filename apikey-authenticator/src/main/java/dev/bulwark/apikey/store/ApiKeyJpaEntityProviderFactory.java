package dev.bulwark.apikey.store;

import org.keycloak.Config;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProvider;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * Registers the entities. The first ten letters of the id name the Liquibase table ({@code
 * DATABASECHANGELOG_APIKEY_BUL}): never change it.
 */
public final class ApiKeyJpaEntityProviderFactory implements JpaEntityProviderFactory {

  static final String ID = "apikey-bulwark";

  private static final ApiKeyJpaEntityProvider PROVIDER = new ApiKeyJpaEntityProvider();

  @Override
  public JpaEntityProvider create(KeycloakSession session) {
    return PROVIDER;
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {}

  @Override
  public void close() {}

  @Override
  public String getId() {
    return ID;
  }
}

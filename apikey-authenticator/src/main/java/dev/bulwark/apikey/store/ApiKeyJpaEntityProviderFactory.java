package dev.bulwark.apikey.store;

import dev.bulwark.factory.TablesFactory;

/** The tables of API keys; Liquibase's is {@code DATABASECHANGELOG_APIKEY_BUL}. */
public final class ApiKeyJpaEntityProviderFactory extends TablesFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public ApiKeyJpaEntityProviderFactory() {
    super(
        "apikey-bulwark",
        "META-INF/bulwark-apikey-changelog.xml",
        ApiKeyEntity.class,
        ApiKeyOwnerEntity.class);
  }
}

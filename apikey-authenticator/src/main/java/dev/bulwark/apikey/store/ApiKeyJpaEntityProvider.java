package dev.bulwark.apikey.store;

import java.util.List;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProvider;

/** Brings the tables of this module into Keycloak's persistence unit. */
final class ApiKeyJpaEntityProvider implements JpaEntityProvider {

  @Override
  public List<Class<?>> getEntities() {
    return List.of(ApiKeyEntity.class, ApiKeyOwnerEntity.class);
  }

  @Override
  public String getChangelogLocation() {
    return "META-INF/bulwark-apikey-changelog.xml";
  }

  @Override
  public String getFactoryId() {
    return ApiKeyJpaEntityProviderFactory.ID;
  }

  @Override
  public void close() {}
}

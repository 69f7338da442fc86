package dev.bulwark.factory;

import java.util.List;
import org.keycloak.Config;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProvider;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/** Creates the tables of a module with Keycloak's own migration, and registers its entities. */
public abstract class TablesFactory implements JpaEntityProviderFactory {

  private final String id;
  private final JpaEntityProvider provider;

  /**
   * For one module.
   *
   * @param id its first ten letters name the Liquibase table ({@code DATABASECHANGELOG_…}); never
   *     change it
   * @param changelog where the change log of Liquibase is on the class path
   * @param entities none where the rows are read and written by plain SQL
   */
  protected TablesFactory(String id, String changelog, Class<?>... entities) {
    this.id = id;
    this.provider = new Tables(id, changelog, List.of(entities));
  }

  @Override
  public final JpaEntityProvider create(KeycloakSession session) {
    return provider;
  }

  @Override
  public final String getId() {
    return id;
  }

  @Override
  public final void init(Config.Scope config) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {}

  @Override
  public final void close() {}

  private record Tables(String id, String changelog, List<Class<?>> entities)
      implements JpaEntityProvider {

    @Override
    public List<Class<?>> getEntities() {
      return entities;
    }

    @Override
    public String getChangelogLocation() {
      return changelog;
    }

    @Override
    public String getFactoryId() {
      return id;
    }

    @Override
    public void close() {}
  }
}

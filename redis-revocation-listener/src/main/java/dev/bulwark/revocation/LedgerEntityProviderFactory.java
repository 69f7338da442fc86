package dev.bulwark.revocation;

import java.util.List;
import org.keycloak.Config;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProvider;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * Makes the tables of the ledger with Keycloak's own migration. There are no entities: rows are
 * read and written by plain SQL.
 */
public final class LedgerEntityProviderFactory implements JpaEntityProviderFactory {

  /** Liquibase keeps its record in DATABASECHANGELOG_ and the first ten letters of this id. */
  static final String ID = "revocation-ledger";

  @Override
  public JpaEntityProvider create(KeycloakSession session) {
    return new LedgerEntityProvider();
  }

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public void init(Config.Scope config) {
    // No options.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Nothing to do.
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  private static final class LedgerEntityProvider implements JpaEntityProvider {

    @Override
    public List<Class<?>> getEntities() {
      return List.of();
    }

    @Override
    public String getChangelogLocation() {
      return "META-INF/bulwark-revocation-changelog.xml";
    }

    @Override
    public String getFactoryId() {
      return ID;
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}

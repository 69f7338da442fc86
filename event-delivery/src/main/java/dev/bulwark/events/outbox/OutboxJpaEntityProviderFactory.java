package dev.bulwark.events.outbox;

import java.util.List;
import org.keycloak.Config;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProvider;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * Registers the entities. The first ten letters of the id name the Liquibase table ({@code
 * DATABASECHANGELOG_EVENTS_BUL}): never change it.
 */
public final class OutboxJpaEntityProviderFactory implements JpaEntityProviderFactory {

  private static final String ID = "events-bulwark";

  private static final JpaEntityProvider PROVIDER =
      new JpaEntityProvider() {
        @Override
        public List<Class<?>> getEntities() {
          return List.of(
              StoredEvent.class, WaitingEvent.class, DeadEvent.class, DeliveryLock.class);
        }

        @Override
        public String getChangelogLocation() {
          return "META-INF/bulwark-events-changelog.xml";
        }

        @Override
        public String getFactoryId() {
          return ID;
        }

        @Override
        public void close() {}
      };

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

package dev.bulwark.events.outbox;

import dev.bulwark.delivery.ReceiverRow;
import dev.bulwark.factory.TablesFactory;

/** The tables of events; Liquibase's is {@code DATABASECHANGELOG_EVENTS_BUL}. */
public final class OutboxJpaEntityProviderFactory extends TablesFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public OutboxJpaEntityProviderFactory() {
    super(
        "events-bulwark",
        "META-INF/bulwark-events-changelog.xml",
        ReceiverRow.class,
        StoredEvent.class,
        WaitingEvent.class,
        DeadEvent.class,
        DeliveryLock.class);
  }
}

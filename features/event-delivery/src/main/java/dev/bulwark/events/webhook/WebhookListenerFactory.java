package dev.bulwark.events.webhook;

import dev.bulwark.delivery.Backlog;
import dev.bulwark.delivery.DeliveryClock;
import dev.bulwark.delivery.DeliveryMeters;
import dev.bulwark.delivery.Outcome;
import dev.bulwark.events.outbox.DeadOfRemovedRealm;
import dev.bulwark.events.outbox.Outbox;
import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import io.micrometer.core.instrument.Metrics;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * Event listener {@value #ID}: delivers the events of the realms that name it to the receiver that
 * is configured for the server.
 */
public final class WebhookListenerFactory implements EventListenerProviderFactory, ReportsPart {

  /** Part of every realm's stored list of event listeners: a data format, never to change. */
  public static final String ID = "bulwark-webhook";

  private static final String PART = "webhook";

  /** An event is sent at once; one that is older has failed, or waits for one that has. */
  private static final long LATE_MILLIS = 5_000;

  private static final Set<Outcome> OUTCOMES = EnumSet.complementOf(EnumSet.of(Outcome.DUPLICATE));

  private final DeliveryClock clock = new DeliveryClock();
  private Optional<WebhookConfig> config = Optional.empty();
  private @Nullable OutboxCapacity capacity;
  private @Nullable DeliveryThread deliveryThread;
  private @Nullable DeliveryMeters metrics;

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException naming the option that is invalid
   */
  @Override
  public void init(Config.Scope scope) {
    config = WebhookConfig.of(scope);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Also without a receiver: there may have been one.
    factory.register(DeadOfRemovedRealm::onEvent);
    if (config.isEmpty()) {
      return;
    }
    DeliveryMeters meters =
        new DeliveryMeters(
            Metrics.globalRegistry, "bulwark.webhook", "events", OUTCOMES, clock::millis);
    OutboxCapacity own = new OutboxCapacity(config.get().maxWaiting(), System::nanoTime);
    DeliveryThread delivering =
        new DeliveryThread(factory, clock, new Delivery(config.get(), meters, own, clock));
    metrics = meters;
    capacity = own;
    deliveryThread = delivering;
    // The tables are there then.
    factory.register(
        event -> {
          if (event instanceof PostMigrationEvent) {
            delivering.start();
          }
        });
  }

  @Override
  public EventListenerProvider create(KeycloakSession session) {
    if (deliveryThread == null || capacity == null || metrics == null || config.isEmpty()) {
      return new NoReceiverListener();
    }
    return new WebhookListener(session, config.get(), capacity, deliveryThread, metrics);
  }

  @Override
  public PartReport report(KeycloakSession session, RealmModel realm) {
    if (realm.getEventsListenersStream().noneMatch(ID::equals)) {
      return PartReport.off(PART, "not-switched-on");
    }
    if (config.isEmpty()) {
      return PartReport.trouble(PART, "no-receiver");
    }
    Outbox outbox = new Outbox(session);
    Backlog backlog = outbox.backlog();
    long dead = outbox.dead(realm.getId());
    PartReport report;
    if (backlog.age(clock.millis()) > LATE_MILLIS) {
      report =
          PartReport.trouble(PART, "receiver-late")
              .with("since", Instant.ofEpochMilli(backlog.oldest()));
    } else if (dead > 0) {
      report = PartReport.trouble(PART, "dead-letters");
    } else {
      report = PartReport.working(PART, "delivering");
    }
    return report.with("waiting", backlog.waiting()).with("dead", dead);
  }

  @Override
  public void close() {
    if (deliveryThread != null) {
      deliveryThread.close();
    }
    if (metrics != null) {
      metrics.close();
    }
  }

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return WebhookConfig.metadata();
  }
}

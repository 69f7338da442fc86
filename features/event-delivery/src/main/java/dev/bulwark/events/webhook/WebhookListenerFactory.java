package dev.bulwark.events.webhook;

import dev.bulwark.events.outbox.DeadOfRemovedRealm;
import io.micrometer.core.instrument.Metrics;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * Event listener {@value #ID}: delivers the events of the realms that name it to the receiver that
 * is configured for the server.
 */
public final class WebhookListenerFactory implements EventListenerProviderFactory {

  /** Part of every realm's stored list of event listeners: a data format, never to change. */
  public static final String ID = "bulwark-webhook";

  private Optional<WebhookConfig> config = Optional.empty();
  private @Nullable OutboxCapacity capacity;
  private @Nullable DeliveryThread deliveryThread;
  private @Nullable WebhookMetrics metrics;

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
    WebhookMetrics meters = new WebhookMetrics(Metrics.globalRegistry);
    OutboxCapacity own = new OutboxCapacity(config.get().maxWaiting(), System::nanoTime);
    DeliveryThread delivering =
        new DeliveryThread(factory, new Delivery(config.get(), meters, own));
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

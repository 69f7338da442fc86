package dev.bulwark.events.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.bulwark.delivery.AfterCommit;
import dev.bulwark.delivery.DeliveryMeters;
import dev.bulwark.delivery.Outcome;
import dev.bulwark.events.format.EventJson;
import dev.bulwark.events.outbox.Outbox;
import dev.bulwark.events.outbox.WaitingEvent;
import dev.bulwark.events.record.EventRecord;
import dev.bulwark.events.record.KeycloakEvents;
import dev.bulwark.events.record.OncePerMinute;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;

/** Stores the events of one session in its transaction. */
final class WebhookListener implements EventListenerProvider {

  private static final Logger LOG = Logger.getLogger(WebhookListener.class);
  private static final OncePerMinute WARNING = new OncePerMinute();

  private final KeycloakSession session;
  private final WebhookConfig config;
  private final OutboxCapacity capacity;
  private final DeliveryThread deliveryThread;
  private final DeliveryMeters metrics;
  private boolean stored;

  WebhookListener(
      KeycloakSession session,
      WebhookConfig config,
      OutboxCapacity capacity,
      DeliveryThread deliveryThread,
      DeliveryMeters metrics) {
    this.session = session;
    this.config = config;
    this.capacity = capacity;
    this.deliveryThread = deliveryThread;
    this.metrics = metrics;
  }

  @Override
  public void onEvent(Event event) {
    if (config.userEvents().contains(event.getType())) {
      store(KeycloakEvents.of(event));
    }
  }

  @Override
  public void onEvent(AdminEvent event, boolean includeRepresentation) {
    if (config.adminEvents()) {
      store(KeycloakEvents.of(event));
    }
  }

  private void store(EventRecord event) {
    String orderKey = event.orderKey();
    OutboxCapacity.Shortage shortage = capacity.shortage(orderKey);
    if (shortage != OutboxCapacity.Shortage.NONE) {
      metrics.count(Outcome.DROPPED, 1);
      warn(shortage, orderKey);
      return;
    }
    new Outbox(session)
        .add(
            new WaitingEvent(
                event.id().length() <= WaitingEvent.MAX_EVENT_ID
                    ? event.id()
                    : UUID.nameUUIDFromBytes(event.id().getBytes(UTF_8)).toString(),
                event.realm().id(),
                orderKey,
                event.time().toEpochMilli(),
                EventJson.cloudEvent(event)));
    if (!stored) {
      stored = true;
      AfterCommit.run(session, deliveryThread::wake);
    }
  }

  private static void warn(OutboxCapacity.Shortage shortage, String orderKey) {
    if (WARNING.isDue()) {
      String which =
          shortage == OutboxCapacity.Shortage.OUTBOX_FULL
              ? "more wait than"
              : "of the subject "
                  + orderKey.replaceAll("\\p{Cntrl}", "?")
                  + " more wait than one tenth of what";
      LOG.errorf(
          "Events for the webhook are dropped: %s option %s allows. Look at the receiver",
          which, "spi-events-listener--" + WebhookListenerFactory.ID + "--max-waiting");
    }
  }

  @Override
  public void close() {}
}

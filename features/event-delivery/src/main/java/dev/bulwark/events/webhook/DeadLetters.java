package dev.bulwark.events.webhook;

import dev.bulwark.delivery.DeliveryMeters;
import dev.bulwark.delivery.Outcome;
import dev.bulwark.events.outbox.Outbox;
import dev.bulwark.events.outbox.WaitingEvent;
import dev.bulwark.factory.BackgroundTransaction;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionFactory;

/** Lays events aside that are not tried any more, and forgets old ones. For one thread. */
final class DeadLetters {

  private static final Logger LOG = Logger.getLogger(DeadLetters.class);

  /** So many rows in one transaction. */
  private static final int BATCH = 256;

  private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(1);

  private final Duration maxAge;
  private final Duration retention;
  private final DeliveryMeters metrics;
  private long nextSweep = System.nanoTime();

  /** Whether the last sweep has failed. */
  private boolean failing;

  DeadLetters(WebhookConfig config, DeliveryMeters metrics) {
    this.maxAge = config.maxAge();
    this.retention = config.deadMaxAge();
    this.metrics = metrics;
  }

  /**
   * Buries events that are too old to be sent.
   *
   * @param now epoch milliseconds
   * @return whether there may be more of them
   */
  boolean removeExpired(Outbox outbox, long now) {
    List<WaitingEvent> old = outbox.olderThan(now - maxAge.toMillis(), BATCH);
    old.forEach(
        event ->
            moveToDeadLetters(outbox, event, "not delivered within " + maxAge.toSeconds() + " s"));
    return old.size() == BATCH;
  }

  void moveToDeadLetters(Outbox outbox, WaitingEvent event, String reason) {
    String fate =
        outbox.moveToDeadLetters(event, reason)
            ? "It is a dead letter. The README of event-delivery describes how to send it again"
            : "Its realm is deleted, so it is not kept";
    metrics.count(Outcome.DEAD, 1);
    LOG.errorf(
        "Event %s of realm %s is no longer sent: %s. %s",
        event.getEventId(), event.getRealmId(), reason, fate);
  }

  /**
   * Forgets dead letters that were kept long enough, once a minute. An event is buried when it has
   * reached {@code max-age} at the latest, so each is kept for the time of the option at least.
   *
   * <p>In a transaction of its own: if an administrator deletes one meanwhile, it cannot be
   * committed. Events that were delivered in it would be sent again.
   *
   * @param now epoch milliseconds
   * @return whether there may be more of them
   */
  boolean sweep(KeycloakSessionFactory factory, long now) {
    if (System.nanoTime() - nextSweep < 0) {
      return false;
    }
    int forgotten = forget(factory, now - maxAge.toMillis() - retention.toMillis());
    if (forgotten > 0) {
      LOG.warnf("%d dead letters are deleted: they are older than allowed", forgotten);
    }
    boolean more = forgotten == BATCH;
    nextSweep = System.nanoTime() + (more ? 0 : SWEEP_INTERVAL.toNanos());
    return more;
  }

  private int forget(KeycloakSessionFactory factory, long before) {
    try {
      Integer forgotten =
          BackgroundTransaction.call(
              factory,
              BackgroundTransaction.DATABASE_TIME,
              own -> new Outbox(own).forgetDead(before, BATCH));
      failing = false;
      return forgotten;
    } catch (RuntimeException e) {
      if (!failing) {
        // Once, until it succeeds.
        LOG.warn(
            "Old dead letters could not be deleted. The server tries again once a minute. Check the"
                + " database, unless an administrator has just deleted some",
            e);
      }
      failing = true;
      return 0;
    }
  }
}

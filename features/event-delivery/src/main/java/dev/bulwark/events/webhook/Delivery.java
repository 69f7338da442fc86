package dev.bulwark.events.webhook;

import dev.bulwark.delivery.Backlog;
import dev.bulwark.delivery.Blame;
import dev.bulwark.delivery.DaemonThreads;
import dev.bulwark.delivery.DeliveryClock;
import dev.bulwark.delivery.DeliveryMeters;
import dev.bulwark.delivery.Message;
import dev.bulwark.delivery.Round;
import dev.bulwark.delivery.Sent;
import dev.bulwark.events.outbox.DeliveryLock;
import dev.bulwark.events.outbox.Outbox;
import dev.bulwark.events.outbox.WaitingEvent;
import dev.bulwark.factory.BackgroundTransaction;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;

/**
 * One transaction of the delivery: it sends, and deletes what was taken, while its node has the
 * lock that one node at a time has. A node that ends in between has deleted nothing, so the events
 * are sent again. For one thread.
 */
final class Delivery implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Delivery.class);

  private static final int BATCH_SIZE = 256;

  /** No request begins later: a round holds a database connection. */
  private static final Duration ROUND_TIME = Duration.ofSeconds(5);

  /** While another node sends. */
  private static final Duration LOCK_RETRY_INTERVAL = Duration.ofMillis(500);

  /** Between two rounds of which the receiver takes nothing, and is not left alone. */
  private static final Duration FAILED_ROUND_PAUSE = Duration.ofSeconds(1);

  private final WebhookConfig config;
  private final DeliveryMeters metrics;
  private final OutboxCapacity capacity;
  private final DeliveryClock clock;
  private final Round.Limits limits;
  private final Blame blame;
  private final Receiver receiver;
  private final ExecutorService senders;
  private final DeadLetters deadLetters;

  /** Sent in vain since one was taken. */
  private int undelivered;

  private boolean reported;

  /** Had its turn last. */
  private @Nullable String lastKey;

  Delivery(
      WebhookConfig config, DeliveryMeters metrics, OutboxCapacity capacity, DeliveryClock clock) {
    this.config = config;
    this.metrics = metrics;
    this.capacity = capacity;
    this.clock = clock;
    this.limits = new Round.Limits(config.maxInFlight(), ROUND_TIME, config.requestTimeout());
    this.blame = new Blame(config.maxAttempts(), () -> ThreadLocalRandom.current().nextDouble());
    this.deadLetters = new DeadLetters(config, metrics);
    this.receiver = new Receiver(config, Clock.systemUTC());
    this.senders =
        Executors.newFixedThreadPool(config.maxInFlight(), new DaemonThreads("bulwark-webhook"));
  }

  /** Longer than a round ever takes, unless the database does not answer. */
  Duration timeLimit() {
    return BackgroundTransaction.DATABASE_TIME.plus(limits.longest());
  }

  /**
   * Sends what can be sent now, unless the receiver is left alone.
   *
   * @param session whose transaction has begun after the lock was taken
   * @param lock the lock that one node at a time has, of the caller's transaction; null where
   *     another node has it
   * @return when to go on: at once (zero), after a while, or null for when there are new events
   */
  @Nullable Duration run(KeycloakSession session, @Nullable DeliveryLock lock) {
    Outbox outbox = new Outbox(session);
    Backlog backlog = capacity.update(outbox);
    metrics.show(backlog);
    if (lock == null) {
      return backlog.waiting() == 0 ? null : LOCK_RETRY_INTERVAL;
    }
    long now = clock.millis();
    boolean more = deadLetters.sweep(session.getKeycloakSessionFactory(), now);
    @Nullable Duration next = null;
    if (backlog.waiting() > 0) {
      more |= deadLetters.removeExpired(outbox, now);
      next = send(outbox, lock, clock.databaseMillis());
    }
    return more ? Duration.ZERO : next;
  }

  private @Nullable Duration send(Outbox outbox, DeliveryLock lock, long now) {
    Duration left = lock.pause(now);
    if (!left.isZero()) {
      return untilNextPoll(left);
    }
    Outbox.Due due = outbox.due(lastKey, now, BATCH_SIZE);
    if (due.events().isEmpty()) {
      return null;
    }
    try {
      List<Sent<WaitingEvent>> sent =
          new Round<WaitingEvent>(
                  event -> receiver.send(event.getEventId(), event.getBody()),
                  limits,
                  metrics.requests(),
                  System::nanoTime)
              .send(due.events().stream().map(Delivery::message).toList(), senders);
      if (!sent.isEmpty()) {
        lastKey = sent.get(sent.size() - 1).content().getOrderKey();
      }
      @Nullable Duration pause = settle(outbox, lock, sent);
      boolean more = due.more() || sent.size() < due.events().size();
      return pause == null && more ? untilNextRound() : pause;
    } catch (InterruptedException e) {
      // The server is about to stop; the caller sees the flag.
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private static Message<WaitingEvent> message(WaitingEvent event) {
    return new Message<>(event, event.getOrderKey(), event.isOrdered(), event.getAttempts());
  }

  /** Notes the answers; returns how long the receiver is left alone, null for not at all. */
  private @Nullable Duration settle(
      Outbox outbox, DeliveryLock lock, List<Sent<WaitingEvent>> round) {
    Blame.Judgement<WaitingEvent> judged = blame.judge(round);
    boolean accepts = !judged.delivered().isEmpty();
    long now = clock.databaseMillis();
    outbox.delivered(judged.delivered().stream().map(Sent::content).toList());
    for (Blame.Held<WaitingEvent> held : judged.held()) {
      held.sent().content().hold(now + held.delay().toMillis(), held.counted());
    }
    for (Sent<WaitingEvent> dead : judged.dead()) {
      int attempts = dead.message().attempts() + 1;
      deadLetters.moveToDeadLetters(
          outbox, dead.content(), "rejected " + attempts + " times: " + dead.reason());
    }
    metrics.count(round);
    undelivered = accepts ? 0 : undelivered + round.size();
    blame.record(lock, round, judged, now);
    if (judged.pause()) {
      reportFailure("no events", Blame.lastFailure(round));
      return untilNextPoll(lock.pause(now));
    }
    if (accepts) {
      reportSuccess();
    } else if (undelivered >= Blame.FAILURE_THRESHOLD) {
      // It may reject all events, and all are of few subjects.
      reportFailure("none of the last " + undelivered + " events", Blame.lastFailure(round));
    }
    return null;
  }

  private Duration untilNextRound() {
    return undelivered == 0 ? Duration.ZERO : FAILED_ROUND_PAUSE;
  }

  /** A pause stops the requests alone: the metrics and the capacity are updated meanwhile. */
  private static Duration untilNextPoll(Duration pause) {
    return pause.compareTo(DeliveryThread.POLL_INTERVAL) < 0 ? pause : DeliveryThread.POLL_INTERVAL;
  }

  /** Once, until it takes events again. */
  private void reportFailure(String what, String failure) {
    if (!reported) {
      LOG.warnf(
          "The webhook %s accepts %s: %s. They wait in the database and are sent again",
          config.url(), what, failure);
    }
    reported = true;
  }

  private void reportSuccess() {
    if (reported) {
      LOG.infof("The webhook %s accepts events again", config.url());
    }
    reported = false;
  }

  /** Ends the requests that are under way. */
  @Override
  public void close() {
    senders.shutdownNow();
    receiver.close();
  }
}

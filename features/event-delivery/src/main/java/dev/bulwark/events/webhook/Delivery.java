package dev.bulwark.events.webhook;

import dev.bulwark.events.outbox.DeliveryLock;
import dev.bulwark.events.outbox.Outbox;
import dev.bulwark.events.outbox.Outbox.Backlog;
import dev.bulwark.events.outbox.WaitingEvent;
import dev.bulwark.events.webhook.WebhookMetrics.Outcome;
import dev.bulwark.factory.BackgroundTransaction;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** While another node sends. */
  private static final Duration LOCK_RETRY_INTERVAL = Duration.ofMillis(500);

  /** Between two rounds of which the receiver takes nothing, and is not left alone. */
  private static final Duration FAILED_ROUND_PAUSE = Duration.ofSeconds(1);

  private final WebhookConfig config;
  private final WebhookMetrics metrics;
  private final OutboxCapacity capacity;
  private final Receiver receiver;
  private final ExecutorService senders;
  private final DeadLetters deadLetters;

  /** Sent in vain since one was taken. */
  private int undelivered;

  private boolean reported;

  /** Had its turn last. */
  private @Nullable String lastKey;

  Delivery(WebhookConfig config, WebhookMetrics metrics, OutboxCapacity capacity) {
    this.config = config;
    this.metrics = metrics;
    this.capacity = capacity;
    this.deadLetters = new DeadLetters(config, metrics);
    this.receiver = new Receiver(config, Clock.systemUTC());
    AtomicInteger number = new AtomicInteger();
    this.senders =
        Executors.newFixedThreadPool(
            config.maxInFlight(),
            task -> {
              Thread thread = new Thread(task, "bulwark-webhook-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Longer than a round ever takes, unless the database does not answer. */
  Duration timeLimit() {
    return BackgroundTransaction.DATABASE_TIME
        .plus(Round.MAX_DURATION)
        .plus(config.requestTimeout());
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
    metrics.show(backlog, capacity.dead(outbox));
    if (lock == null) {
      return backlog.events() == 0 ? null : LOCK_RETRY_INTERVAL;
    }
    long now = System.currentTimeMillis();
    boolean more = deadLetters.sweep(session.getKeycloakSessionFactory(), now);
    @Nullable Duration next = null;
    if (backlog.events() > 0) {
      more |= deadLetters.removeExpired(outbox, now);
      next = send(outbox, lock, now);
    }
    return more ? Duration.ZERO : next;
  }

  private @Nullable Duration send(Outbox outbox, DeliveryLock lock, long now) {
    Duration left = lock.pause(now, Pause.MAX_STORED_PAUSE);
    if (!left.isZero()) {
      return untilNextPoll(left);
    }
    Outbox.Due due = outbox.due(lastKey, now, BATCH_SIZE);
    if (due.events().isEmpty()) {
      return null;
    }
    try {
      List<RoundResult.Sent<WaitingEvent>> sent =
          new Round(receiver, senders, metrics, System::nanoTime).send(due.events());
      if (!sent.isEmpty()) {
        lastKey = sent.get(sent.size() - 1).event().getOrderKey();
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

  /** Notes the answers; returns how long the receiver is left alone, null for not at all. */
  private @Nullable Duration settle(
      Outbox outbox, DeliveryLock lock, List<RoundResult.Sent<WaitingEvent>> sent) {
    RoundResult<WaitingEvent> result = RoundResult.of(sent, config.maxAttempts());
    outbox.delivered(result.delivered());
    long now = System.currentTimeMillis();
    for (RoundResult.Held<WaitingEvent> held : result.held()) {
      held.event().hold(now + held.delay().toMillis(), held.counted());
    }
    for (WaitingEvent dead : result.dead()) {
      deadLetters.moveToDeadLetters(
          outbox, dead, "rejected " + (dead.getAttempts() + 1) + " times: " + reason(sent, dead));
    }
    metrics.count(Outcome.TAKEN, number(sent, Answer.Kind.DELIVERED));
    metrics.count(
        Outcome.REFUSED,
        number(sent, Answer.Kind.REJECTED) + number(sent, Answer.Kind.SERVER_ERROR));
    metrics.count(Outcome.FAILED, number(sent, Answer.Kind.UNREACHABLE));
    undelivered = result.delivered().isEmpty() ? undelivered + sent.size() : 0;
    if (!result.delivered().isEmpty()) {
      lock.succeeded();
    }
    if (result.pause()) {
      reportFailure("no events", lastFailure(sent));
      Duration pause = Pause.after(lock.getFailures(), result.retryAfter());
      lock.failed(now + pause.toMillis());
      return untilNextPoll(pause);
    }
    if (!result.delivered().isEmpty()) {
      reportSuccess();
    } else if (undelivered >= RoundResult.FAILURE_THRESHOLD) {
      // It may reject all events, and all are of few subjects.
      reportFailure("none of the last " + undelivered + " events", lastFailure(sent));
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

  private static long number(List<RoundResult.Sent<WaitingEvent>> sent, Answer.Kind kind) {
    return sent.stream().filter(each -> each.answer().kind() == kind).count();
  }

  private static String reason(List<RoundResult.Sent<WaitingEvent>> sent, WaitingEvent event) {
    return sent.stream()
        .filter(each -> each.event() == event)
        .map(each -> each.answer().reason())
        .findFirst()
        .orElse("");
  }

  private static String lastFailure(List<RoundResult.Sent<WaitingEvent>> sent) {
    return sent.stream()
        .map(RoundResult.Sent::answer)
        .filter(answer -> answer.kind() != Answer.Kind.DELIVERED)
        .map(Answer::reason)
        .reduce("", (first, second) -> second);
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

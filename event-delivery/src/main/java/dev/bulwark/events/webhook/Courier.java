package dev.bulwark.events.webhook;

import dev.bulwark.events.outbox.Outbox;
import dev.bulwark.events.outbox.Outbox.Backlog;
import dev.bulwark.events.outbox.WaitingEvent;
import dev.bulwark.events.webhook.WebhookMetrics.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Delivers waiting events on a thread of its own, in rounds. A round is a transaction: it takes the
 * lock that one node at a time has, sends, and deletes what was taken. A node that ends in between
 * has deleted nothing, so the events are sent again. Thread-safe.
 */
final class Courier implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Courier.class);

  private static final int BATCH = 256;
  private static final long POLL_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Until the next look, while another node sends. */
  private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(10);

  private final KeycloakSessionFactory factory;
  private final WebhookConfig config;
  private final WebhookMetrics metrics;
  private final Receiver receiver;
  private final ExecutorService senders;
  private final Thread thread;
  private final Pause pauses = new Pause();
  private final Object lock = new Object();

  // Guarded by the lock.
  private boolean woken;
  private boolean closing;

  private volatile boolean full;

  /** Of the thread alone. */
  private long pausedUntil = System.nanoTime();

  private boolean reported;

  Courier(KeycloakSessionFactory factory, WebhookConfig config, WebhookMetrics metrics) {
    this.factory = factory;
    this.config = config;
    this.metrics = metrics;
    this.receiver = new Receiver(config, Clock.systemUTC());
    AtomicInteger number = new AtomicInteger();
    this.senders =
        Executors.newFixedThreadPool(
            config.maxInFlight(),
            task -> daemon(task, "bulwark-webhook-" + number.incrementAndGet()));
    this.thread = daemon(this::run, "bulwark-webhook");
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  void start() {
    thread.start();
  }

  /** An event was committed. */
  void wake() {
    synchronized (lock) {
      woken = true;
      lock.notifyAll();
    }
  }

  /** Whether so many events wait that no more are stored. */
  boolean isFull() {
    return full;
  }

  private void run() {
    try {
      while (awaitWork()) {
        boolean more;
        do {
          more = round();
        } while (more && !isClosing());
      }
    } catch (InterruptedException e) {
      // Only close() interrupts.
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosing() {
    synchronized (lock) {
      return closing;
    }
  }

  /** Waits until an event was added here, or for the poll; false to end. */
  private boolean awaitWork() throws InterruptedException {
    synchronized (lock) {
      long now = System.nanoTime();
      long poll = now + POLL_NANOS;
      while (!closing) {
        now = System.nanoTime();
        long left = (woken ? pausedUntil : Math.max(poll, pausedUntil)) - now;
        if (left <= 0) {
          woken = false;
          return true;
        }
        lock.wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
      }
      return false;
    }
  }

  /** Returns whether another round should follow at once. */
  private boolean round() throws InterruptedException {
    try {
      Result result = KeycloakModelUtils.runJobInTransactionWithResult(factory, this::deliver);
      if (result == Result.INTERRUPTED) {
        throw new InterruptedException();
      }
      if (result == Result.BUSY) {
        pausedUntil = System.nanoTime() + BUSY_NANOS;
        wake();
      }
      return result == Result.MORE;
    } catch (RuntimeException e) {
      LOG.warn(
          "Events for the webhook could not be read or marked; they are tried again. Check the"
              + " database",
          e);
      pausedUntil = System.nanoTime() + POLL_NANOS;
      return false;
    }
  }

  private enum Result {
    MORE,
    IDLE,
    /** Another node sends. */
    BUSY,
    INTERRUPTED
  }

  private Result deliver(KeycloakSession session) {
    Outbox outbox = new Outbox(session);
    Backlog backlog = outbox.backlog();
    full = backlog.events() >= config.maxWaiting();
    metrics.show(backlog, outbox.dead());
    if (backlog.events() == 0) {
      return Result.IDLE;
    }
    if (!outbox.lock()) {
      return Result.BUSY;
    }
    long now = System.currentTimeMillis();
    for (WaitingEvent old : outbox.olderThan(now - config.maxAge().toMillis(), BATCH)) {
      bury(outbox, old, "not delivered within " + config.maxAge().toSeconds() + " s");
    }
    List<WaitingEvent> due = outbox.due(now, BATCH);
    if (due.isEmpty()) {
      return Result.IDLE;
    }
    try {
      List<Verdict.Sent<WaitingEvent>> sent = new Round(receiver, senders, metrics).send(due);
      boolean paused = settle(outbox, sent);
      return paused || due.size() < BATCH ? Result.IDLE : Result.MORE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Result.INTERRUPTED;
    }
  }

  /** Notes the answers; returns whether the receiver is left alone. */
  private boolean settle(Outbox outbox, List<Verdict.Sent<WaitingEvent>> sent) {
    Verdict<WaitingEvent> verdict = Verdict.of(sent, config.maxAttempts());
    outbox.delivered(verdict.taken().stream().map(WaitingEvent::getId).toList());
    long now = System.currentTimeMillis();
    for (Verdict.Held<WaitingEvent> held : verdict.held()) {
      held.event().hold(now + held.delay().toMillis(), held.counted());
    }
    for (WaitingEvent dead : verdict.dead()) {
      bury(outbox, dead, "refused " + config.maxAttempts() + " times: " + reason(sent, dead));
    }
    metrics.count(Outcome.TAKEN, verdict.taken().size());
    metrics.count(Outcome.REFUSED, verdict.held().size() + verdict.dead().size());
    metrics.count(
        Outcome.FAILED,
        sent.stream().filter(each -> each.answer().kind() == Answer.Kind.FAILED).count());
    if (!verdict.taken().isEmpty()) {
      pauses.reset();
    }
    if (!verdict.pause()) {
      report(null);
      return false;
    }
    Duration pause = pauses.failed(verdict.asked());
    pausedUntil = System.nanoTime() + pause.toNanos();
    report(lastFailure(sent));
    return true;
  }

  private void bury(Outbox outbox, WaitingEvent event, String reason) {
    outbox.bury(event, reason);
    metrics.count(Outcome.DEAD, 1);
    LOG.errorf(
        "Event %s of realm %s is not sent any more: %s. It is a dead letter; see the README of"
            + " event-delivery for how to send it again",
        event.getEventId(), event.getRealmId(), reason);
  }

  private static String reason(List<Verdict.Sent<WaitingEvent>> sent, WaitingEvent event) {
    return sent.stream()
        .filter(each -> each.event() == event)
        .map(each -> each.answer().reason())
        .findFirst()
        .orElse("");
  }

  private static String lastFailure(List<Verdict.Sent<WaitingEvent>> sent) {
    return sent.stream()
        .map(Verdict.Sent::answer)
        .filter(answer -> answer.kind() != Answer.Kind.TAKEN)
        .map(Answer::reason)
        .reduce("", (first, second) -> second);
  }

  /** Once when the receiver fails, and once when it takes events again. */
  private void report(@Nullable String failure) {
    if (failure != null && !reported) {
      LOG.warnf(
          "The webhook %s takes no events: %s. They wait in the database, and are tried again",
          config.url(), failure);
    } else if (failure == null && reported) {
      LOG.infof("The webhook %s takes events again", config.url());
    }
    reported = failure != null;
  }

  /** Stops; requests that are under way are given a few seconds. What is left waits. */
  @Override
  public void close() {
    synchronized (lock) {
      closing = true;
      lock.notifyAll();
    }
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
    senders.shutdownNow();
    receiver.close();
  }
}

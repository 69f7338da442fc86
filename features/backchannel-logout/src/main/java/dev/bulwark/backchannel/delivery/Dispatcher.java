package dev.bulwark.backchannel.delivery;

import dev.bulwark.backchannel.delivery.DeliveryRound.RoundResult;
import dev.bulwark.backchannel.outbox.LogoutOutbox;
import dev.bulwark.backchannel.outbox.LogoutReceiver;
import dev.bulwark.backchannel.outbox.LogoutReceivers;
import dev.bulwark.delivery.DaemonThreads;
import dev.bulwark.delivery.DeliveryClock;
import dev.bulwark.delivery.DeliveryMeters;
import dev.bulwark.factory.BackgroundTransaction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * Finds receivers to which something can be delivered, and has some of them served at once, each by
 * one thread. They take turns after each round, so that a slow one with many notices does not hold
 * up the others. It looks when a notice was committed on this node, and every second for what other
 * nodes have left. Thread-safe.
 */
public final class Dispatcher implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Dispatcher.class);

  private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);

  /** A receiver is left alone for so long after a failure of the database. */
  private static final Duration FAILURE_PAUSE = Duration.ofSeconds(30);

  /** Notices of so long are looked for together. */
  private static final Duration COLLECTION_TIME = Duration.ofMillis(20);

  /** How often receivers without a row are looked for, and how often the meters are read. */
  private static final Duration SURVEY_INTERVAL = Duration.ofSeconds(5);

  private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(10);

  private final KeycloakSessionFactory factory;
  private final DeliveryMeters metrics;
  private final DeliveryClock clock;
  private final DeliveryRound round;
  private final Thread thread;
  private final ExecutorService receivers;
  private final ExecutorService senders;
  private final RoundRobin turns;

  /** Clients that have a row: they need not be looked for, which reads all that waits. */
  private final Set<String> knownReceivers = ConcurrentHashMap.newKeySet();

  /** Receivers whose notices could not be written, and until when, by the clock of the JVM. */
  private final Map<String, Long> pausedUntil = new ConcurrentHashMap<>();

  private final Semaphore wakes = new Semaphore(0);
  private volatile boolean closing;

  /** Known to the thread alone. */
  private long nextSurvey = System.nanoTime();

  private final AtomicBoolean newReceivers = new AtomicBoolean(true);

  /** Creates one that does nothing yet. */
  public Dispatcher(
      KeycloakSessionFactory factory,
      BackchannelLogoutConfig config,
      DeliveryMeters metrics,
      DeliveryClock clock) {
    this.factory = factory;
    this.metrics = metrics;
    this.clock = clock;
    this.senders = Executors.newCachedThreadPool(new DaemonThreads("bulwark-logout-sender"));
    this.receivers = Executors.newCachedThreadPool(new DaemonThreads("bulwark-logout-receiver"));
    this.turns = new RoundRobin(config.maxReceivers());
    this.round = new DeliveryRound(config, metrics, senders, clock);
    this.thread = new Thread(this::run, "bulwark-logout");
    this.thread.setDaemon(true);
  }

  /** Begins. The tables have to be there. */
  public void start() {
    thread.start();
  }

  /** Notices may be due. */
  public void wake() {
    wakes.release();
  }

  /**
   * Notices were committed.
   *
   * @param clientIds Keycloak's own ids of their clients
   */
  public void wake(Set<String> clientIds) {
    if (!knownReceivers.containsAll(clientIds)) {
      newReceivers.set(true);
    }
    wakes.release();
  }

  private void run() {
    try {
      while (!closing) {
        serveDueReceivers();
        if (wakes.tryAcquire(POLL_INTERVAL.toNanos(), TimeUnit.NANOSECONDS)) {
          Thread.sleep(COLLECTION_TIME.toMillis());
          wakes.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      // Only close() interrupts.
      Thread.currentThread().interrupt();
    }
  }

  private void serveDueReceivers() {
    try {
      if (System.nanoTime() - nextSurvey >= 0) {
        nextSurvey = System.nanoTime() + SURVEY_INTERVAL.toNanos();
        clock.compare(factory);
        metrics.show(inTransaction(session -> new LogoutOutbox(session).backlog()));
        newReceivers.set(true);
      }
      if (newReceivers.getAndSet(false)) {
        addReceivers();
      }
      List<String> due =
          inTransaction(session -> new LogoutReceivers(session).due(clock.databaseMillis()));
      due.forEach(this::serve);
    } catch (RuntimeException | Error e) {
      // An error too: the thread would end, and nothing would be sent until the next start.
      LOG.warn("Logout notices could not be read. The server tries again. Check the database", e);
    }
  }

  private <T> T inTransaction(Function<KeycloakSession, T> work) {
    return BackgroundTransaction.call(factory, BackgroundTransaction.DATABASE_TIME, work);
  }

  /** Each in a transaction of its own: another node may add it at the same time. */
  private void addReceivers() {
    List<LogoutReceiver> unknown = inTransaction(session -> new LogoutReceivers(session).unknown());
    for (LogoutReceiver receiver : unknown) {
      try {
        inTransaction(
            session -> {
              new LogoutReceivers(session).add(receiver);
              return true;
            });
      } catch (RuntimeException e) {
        LOG.debugf(e, "Receiver %s was added by another node", receiver.getClientId());
      }
      knownReceivers.add(receiver.getClientId());
    }
  }

  private void serve(String clientId) {
    knownReceivers.add(clientId);
    if (closing || isPaused(clientId) || !turns.begin(clientId)) {
      return;
    }
    try {
      receivers.execute(() -> serveInTurn(clientId));
    } catch (RejectedExecutionException e) {
      // The server stops.
      turns.end(clientId);
    }
  }

  private boolean isPaused(String clientId) {
    @Nullable Long until = pausedUntil.get(clientId);
    if (until == null) {
      return false;
    }
    if (System.nanoTime() - until < 0) {
      return true;
    }
    pausedUntil.remove(clientId);
    return false;
  }

  /** Serves a receiver, and then whoever waits: one round for each. */
  private void serveInTurn(String first) {
    @Nullable String served = first;
    try {
      while (served != null && !closing) {
        RoundResult result = deliver(served);
        served = turns.next(served, result == RoundResult.MORE_DUE);
        if (result == RoundResult.NOTHING_DUE) {
          // One may have been committed while this thread looked for the last time.
          wakes.release();
        }
      }
    } finally {
      if (served != null) {
        turns.end(served);
      }
    }
  }

  private RoundResult deliver(String clientId) {
    try {
      return BackgroundTransaction.call(
          factory, round.timeLimit(), session -> deliver(session, clientId));
    } catch (RuntimeException | Error e) {
      // What was sent may not be written down, and must not be sent again at once.
      pausedUntil.put(clientId, System.nanoTime() + FAILURE_PAUSE.toNanos());
      LOG.warn(
          "Logout notices could not be read or marked. The server tries again. Check the database",
          e);
      return RoundResult.NOT_SERVED;
    }
  }

  private RoundResult deliver(KeycloakSession session, String clientId) {
    try {
      return round.run(session, clientId);
    } catch (InterruptedException e) {
      // The server stops.
      Thread.currentThread().interrupt();
      return RoundResult.NOT_SERVED;
    }
  }

  /** Stops; requests that are under way are given a few seconds. What is left waits. */
  @Override
  public void close() {
    closing = true;
    wakes.release();
    receivers.shutdown();
    try {
      if (!receivers.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
        receivers.shutdownNow();
      }
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
    senders.shutdownNow();
    round.close();
  }
}

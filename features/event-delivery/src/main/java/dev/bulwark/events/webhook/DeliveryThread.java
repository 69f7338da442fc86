package dev.bulwark.events.webhook;

import dev.bulwark.delivery.DeliveryClock;
import dev.bulwark.events.outbox.DeliveryLock;
import dev.bulwark.events.outbox.Outbox;
import dev.bulwark.factory.BackgroundTransaction;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * The thread that delivers: when an event was added on this node, when a pause is over, and every
 * few seconds for what other nodes have left. Thread-safe.
 */
final class DeliveryThread implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(DeliveryThread.class);

  /** Between two looks at the database, however long nothing happens. */
  static final Duration POLL_INTERVAL = Duration.ofSeconds(5);

  private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(10);

  private final KeycloakSessionFactory factory;
  private final DeliveryClock clock;
  private final Delivery delivery;
  private final Thread thread;
  private final Object lock = new Object();

  // Guarded by the lock.
  private boolean woken;
  private boolean closing;

  /** Known to the thread alone. */
  private long nextComparison = System.nanoTime();

  DeliveryThread(KeycloakSessionFactory factory, DeliveryClock clock, Delivery delivery) {
    this.factory = factory;
    this.clock = clock;
    this.delivery = delivery;
    this.thread = new Thread(this::run, "bulwark-webhook");
    this.thread.setDaemon(true);
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

  private void run() {
    try {
      @Nullable Duration pause = null;
      while (await(pause)) {
        pause = deliver();
      }
    } catch (InterruptedException e) {
      // Only close() interrupts.
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits.
   *
   * @param pause the time for which new events change nothing; null to wait for one
   * @return false to end
   */
  private boolean await(@Nullable Duration pause) throws InterruptedException {
    long start = System.nanoTime();
    long length = (pause == null ? POLL_INTERVAL : pause).toNanos();
    synchronized (lock) {
      while (!closing) {
        long left = length - (System.nanoTime() - start);
        if (left <= 0 || (pause == null && woken)) {
          woken = false;
          return true;
        }
        lock.wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
      }
      return false;
    }
  }

  private @Nullable Duration deliver() throws InterruptedException {
    try {
      if (System.nanoTime() - nextComparison >= 0) {
        nextComparison = System.nanoTime() + POLL_INTERVAL.toNanos();
        clock.compare(factory);
      }
      Duration pause = BackgroundTransaction.call(factory, delivery.timeLimit(), this::round);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return pause;
    } catch (RuntimeException | Error e) {
      // An error too: a thread that ends delivers nothing until the next start.
      LOG.warn(
          "Events for the webhook could not be read or marked. The server tries "
              + "again. Check the database",
          e);
      return POLL_INTERVAL;
    }
  }

  /**
   * A round. The transaction that reads the events begins when another one has the lock, and ends
   * before it. So it sees what the last holder of the lock has committed, at any isolation level. A
   * pause of the receiver is in the row of the lock.
   */
  private @Nullable Duration round(KeycloakSession session) {
    @Nullable DeliveryLock lock = new Outbox(session).lock().orElse(null);
    return BackgroundTransaction.call(
        factory, delivery.timeLimit(), own -> delivery.run(own, lock));
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
    delivery.close();
  }
}

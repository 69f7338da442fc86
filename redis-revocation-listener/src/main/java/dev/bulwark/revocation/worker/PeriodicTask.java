package dev.bulwark.revocation.worker;

import java.time.Duration;
import org.jboss.logging.Logger;

/** Does something over and over on a daemon thread of its own. Thread-safe. */
public final class PeriodicTask implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(PeriodicTask.class);
  private static final Duration CLOSING = Duration.ofSeconds(5);

  /** What is done. */
  @FunctionalInterface
  public interface Round {

    /** One round; whatever it throws is logged, and the next round comes all the same. */
    void run() throws Exception;
  }

  private final String name;
  private final Duration interval;
  private final Round round;
  private final Thread thread;
  private final Object wakeUp = new Object();
  private boolean closed;

  /**
   * Not started yet.
   *
   * @param name of the thread
   * @param interval time between the end of a round and the begin of the next
   */
  public PeriodicTask(String name, Duration interval, Round round) {
    this.name = name;
    this.interval = interval;
    this.round = round;
    this.thread = new Thread(this::runUntilClosed, name);
    this.thread.setDaemon(true);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  private void runUntilClosed() {
    while (!isClosed()) {
      try {
        round.run();
      } catch (Throwable e) {
        // An error too: this thread is the only one of its kind, and nobody would start it again.
        LOG.warnf(e, "A round of %s failed and is repeated", name);
      }
      synchronized (wakeUp) {
        if (!closed) {
          try {
            wakeUp.wait(interval.toMillis());
          } catch (InterruptedException e) {
            return;
          }
        }
      }
    }
  }

  private boolean isClosed() {
    synchronized (wakeUp) {
      return closed;
    }
  }

  /** Waits a few seconds for the round that runs. */
  @Override
  public void close() {
    synchronized (wakeUp) {
      closed = true;
      wakeUp.notifyAll();
    }
    try {
      thread.join(CLOSING.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

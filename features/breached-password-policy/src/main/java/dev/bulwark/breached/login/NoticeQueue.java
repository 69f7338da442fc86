package dev.bulwark.breached.login;

import java.time.Instant;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Sends notices one after the other on a thread of its own, each in a transaction of its own, so
 * that no login waits for one and none is lost with a login that is rolled back. Thread-safe.
 */
final class NoticeQueue implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(NoticeQueue.class);

  private static final int CAPACITY = 10_000;
  private static final int IDLE_SECONDS = 30;
  private static final int STOP_SECONDS = 5;

  private final KeycloakSessionFactory factory;
  private final LoginMetrics metrics;
  private final ThreadPoolExecutor thread;

  NoticeQueue(KeycloakSessionFactory factory, LoginMetrics metrics) {
    this.factory = factory;
    this.metrics = metrics;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(CAPACITY),
            work -> {
              Thread created = new Thread(work, "bulwark-breached-notices");
              created.setDaemon(true);
              return created;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  /** Adds a notice; one that finds the queue full is dropped, and a later login makes another. */
  void add(Notice notice) {
    try {
      thread.execute(() -> send(notice));
    } catch (RejectedExecutionException e) {
      metrics.noticed(LoginMetrics.Notice.DROPPED);
      LOG.warnf(
          e,
          "The queue for events about breached passwords is full. User %s gets the "
              + "event at a login after an hour or more",
          notice.userId());
    }
  }

  private void send(Notice notice) {
    try {
      long day = LastNotice.day(Instant.now());
      KeycloakModelUtils.runJobInTransaction(factory, session -> notice.send(session, day));
      metrics.noticed(LoginMetrics.Notice.SENT);
    } catch (RuntimeException e) {
      metrics.noticed(LoginMetrics.Notice.FAILED);
      LOG.warnf(
          e,
          "The event about the breached password of user %s failed. A login after "
              + "an hour or more sends it again",
          notice.userId());
    }
  }

  /** Stops; notices that are queued are given a few seconds. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.warnf("%s events about breached passwords were not sent", thread.shutdownNow().size());
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}

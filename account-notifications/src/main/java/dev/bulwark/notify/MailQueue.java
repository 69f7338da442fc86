package dev.bulwark.notify;

import dev.bulwark.notify.NotificationMetrics.Outcome;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.keycloak.email.EmailException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends mails one after the other on a thread of its own: a slow mail server slows no login and no
 * change, and takes one database connection at most. A mail that fails is logged and not sent
 * again; the event log has its occasion. Thread-safe.
 */
final class MailQueue implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MailQueue.class);

  private static final int CAPACITY = 10_000;
  private static final int IDLE_SECONDS = 30;
  private static final int STOP_SECONDS = 5;

  private final KeycloakSessionFactory factory;
  private final NotificationMetrics metrics;
  private final ThreadPoolExecutor thread;

  MailQueue(KeycloakSessionFactory factory, NotificationMetrics metrics) {
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
              Thread created = new Thread(work, "bulwark-notifications");
              created.setDaemon(true);
              return created;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  /** Adds a mail; one that finds the queue full is dropped, counted and logged. */
  void add(Notification notification) {
    try {
      thread.execute(() -> send(notification));
    } catch (RejectedExecutionException e) {
      metrics.count(notification.occasion(), Outcome.DROPPED);
      LOG.warn(
          "The queue of notifications is full; user {} gets no mail about {}. Check the mail server",
          notification.userId(),
          notification.occasion().label(),
          e);
    }
  }

  private void send(Notification notification) {
    try {
      metrics.count(
          notification.occasion(),
          KeycloakModelUtils.runJobInTransactionWithResult(
              factory, session -> sendIn(session, notification)));
    } catch (RuntimeException e) {
      metrics.count(notification.occasion(), Outcome.FAILED);
      LOG.warn(
          "The mail to user {} about {} could not be sent. Check the realm's mail server: {}",
          notification.userId(),
          notification.occasion().label(),
          String.valueOf(e.getCause() == null ? e : e.getCause()));
    }
  }

  private static Outcome sendIn(KeycloakSession session, Notification notification) {
    try {
      return NotificationMail.send(session, notification);
    } catch (EmailException e) {
      throw new UnsentException(e);
    }
  }

  private static final class UnsentException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnsentException(EmailException cause) {
      super(cause);
    }
  }

  /** Stops; mails that are queued are given a few seconds. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("{} notifications were not sent", thread.shutdownNow().size());
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}

package dev.bulwark.notify;

import dev.bulwark.notify.NotificationMetrics.Outcome;
import dev.bulwark.notify.WaitingMails.Attempt;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.email.EmailException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Sends mails one after the other on a thread of its own: a slow mail server slows no login and no
 * change, and takes one database connection at most. A mail that was not taken is tried again,
 * unless it would fail each time ({@link MailFailure}, {@link WaitingMails}). Thread-safe.
 */
final class MailQueue implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(MailQueue.class);

  private static final long IDLE_MILLIS = TimeUnit.SECONDS.toMillis(30);
  private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(5);

  private final KeycloakSessionFactory factory;
  private final NotificationMetrics metrics;
  private final Object lock = new Object();

  // All guarded by the lock.
  private final WaitingMails waiting = new WaitingMails();
  private final MailRates rates = new MailRates();
  private @Nullable Thread thread;
  private @Nullable Attempt sending;
  private boolean closing;

  MailQueue(KeycloakSessionFactory factory, NotificationMetrics metrics) {
    this.factory = factory;
    this.metrics = metrics;
    metrics.watch(this::size, this::ageSeconds);
  }

  /** Adds a mail; one that finds no room is dropped, counted and logged. */
  void add(Notification notification) {
    Outcome refusal;
    synchronized (lock) {
      if (!rates.take(notification, System.currentTimeMillis())) {
        refusal = Outcome.LIMITED;
      } else if (closing || !waiting.add(notification)) {
        refusal = Outcome.DROPPED;
      } else {
        start();
        lock.notifyAll();
        return;
      }
    }
    metrics.count(refusal);
    if (refusal == Outcome.DROPPED) {
      LOG.warnf(
          "Too many notifications wait, so user %s gets no mail about %s. Check the"
              + " mail server",
          notification.userId(), notification.occasion().label());
    }
  }

  /** The realm has changed, its mail server perhaps: its mails pause no longer. */
  void resume(String realmId) {
    synchronized (lock) {
      waiting.succeeded(realmId);
      lock.notifyAll();
    }
  }

  /** Mails of a realm that wait since its mail server has failed; 0 where the last was taken. */
  int waitingForServer(String realmId) {
    synchronized (lock) {
      return waiting.afterFailure(realmId);
    }
  }

  private int size() {
    synchronized (lock) {
      return waiting.size();
    }
  }

  /** As {@link WaitingMails#oldest}, with the mail that is being sent; 0 without one. */
  private double ageSeconds() {
    synchronized (lock) {
      long oldest = System.currentTimeMillis();
      long now = oldest;
      if (sending != null && sending.isFirst()) {
        oldest = Math.min(oldest, sending.mail().millis());
      }
      @Nullable Long ofWaiting = waiting.oldest();
      return (now - (ofWaiting == null ? oldest : Math.min(oldest, ofWaiting))) / 1000.0;
    }
  }

  /** Under the lock. */
  private void start() {
    if (thread == null) {
      Thread created = new Thread(this::run, "bulwark-notifications");
      created.setDaemon(true);
      created.start();
      thread = created;
    }
  }

  private void run() {
    try {
      @Nullable Attempt attempt = next();
      while (attempt != null) {
        send(attempt);
        attempt = next();
      }
    } catch (InterruptedException e) {
      // Only close() interrupts.
      Thread.currentThread().interrupt();
    } finally {
      threadEnded();
    }
  }

  /** Also after an error: mails that wait get another thread. */
  private void threadEnded() {
    synchronized (lock) {
      if (thread == Thread.currentThread()) {
        thread = null;
        if (!closing && waiting.size() > 0) {
          start();
        }
      }
    }
  }

  /** Waits for a mail that is due; null to end the thread, which {@link #start} begins anew. */
  private @Nullable Attempt next() throws InterruptedException {
    synchronized (lock) {
      sending = null;
      long idleSince = System.nanoTime();
      while (true) {
        long now = System.currentTimeMillis();
        @Nullable Attempt attempt = waiting.poll(now);
        if (attempt != null) {
          sending = attempt;
          return attempt;
        }
        @Nullable Long due = waiting.dueIn(now);
        long idle = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - idleSince);
        if (closing || (due == null && idle >= IDLE_MILLIS)) {
          thread = null;
          return null;
        }
        lock.wait(Math.max(1, due == null ? IDLE_MILLIS - idle : due));
      }
    }
  }

  /** Whatever happens to a mail, the next one is sent: an error too ends only its attempt. */
  private void send(Attempt attempt) {
    Notification notification = attempt.mail();
    try {
      Outcome outcome =
          KeycloakModelUtils.runJobInTransactionWithResult(
              factory, session -> sendIn(session, notification));
      if (outcome == Outcome.SENT) {
        synchronized (lock) {
          waiting.succeeded(notification.realmId());
        }
      }
      metrics.count(outcome);
    } catch (RuntimeException | Error e) {
      handleFailure(attempt, e);
    }
  }

  private void handleFailure(Attempt attempt, Throwable thrown) {
    Notification notification = attempt.mail();
    MailFailure failure = MailFailure.of(thrown);
    if (!putBack(attempt, failure)) {
      metrics.count(Outcome.FAILED);
      LOG.warnf(
          "The mail to user %s about %s failed and is not sent again: %s",
          notification.userId(), notification.occasion().label(), cause(thrown));
      return;
    }
    metrics.count(Outcome.RETRIED);
    LOG.warnf(
        "The mail to user %s about %s failed and is sent again later. %s: %s",
        notification.userId(), notification.occasion().label(), advice(failure), cause(thrown));
  }

  private static String advice(MailFailure failure) {
    return failure == MailFailure.SERVER
        ? "Check the realm's mail server"
        : "Other mails do not wait for it";
  }

  private boolean putBack(Attempt attempt, MailFailure failure) {
    synchronized (lock) {
      long now = System.currentTimeMillis();
      return switch (failure) {
        case SERVER -> waiting.failed(attempt, now);
        case SINGLE_MAIL -> waiting.delay(attempt, now);
        case PERMANENT -> false;
      };
    }
  }

  private static String cause(Throwable failure) {
    return String.valueOf(failure.getCause() == null ? failure : failure.getCause());
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

  /** Stops; mails that are due are given a few seconds. */
  @Override
  public void close() {
    @Nullable Thread running;
    synchronized (lock) {
      closing = true;
      running = thread;
      lock.notifyAll();
    }
    try {
      if (running != null) {
        running.join(STOP_MILLIS);
        running.interrupt();
      }
    } catch (InterruptedException e) {
      running.interrupt();
      Thread.currentThread().interrupt();
    }
    int left = size();
    if (left > 0) {
      LOG.warnf("%s notifications were not sent", left);
    }
  }
}

package dev.bulwark.password.stored;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.cluster.ClusterProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Stores the number of passwords of each realm once a day. Every node looks once an hour whether
 * today's count is there; the first that finds none counts. Thread-safe.
 */
final class DailyCount implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(DailyCount.class);

  /** Out of the way of the server's start. */
  private static final Duration FIRST_DELAY = Duration.ofSeconds(10);

  private static final Duration INTERVAL = Duration.ofHours(1);

  private static final String TASK = "bulwark-password-day";

  /** Seconds after which another node no longer waits for one that has ended while it counted. */
  private static final int TASK_TIMEOUT = 600;

  private @Nullable ScheduledExecutorService executor;

  /** Begins; the database is there by now. */
  synchronized void start(KeycloakSessionFactory factory) {
    if (executor != null) {
      return;
    }
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "bulwark-password-day");
              thread.setDaemon(true);
              return thread;
            });
    executor = started;
    var unused =
        started.scheduleWithFixedDelay(
            () -> store(started, factory),
            FIRST_DELAY.toMillis(),
            INTERVAL.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private static void store(ScheduledExecutorService on, KeycloakSessionFactory factory) {
    try {
      KeycloakModelUtils.runJobInTransaction(
          factory,
          session ->
              session
                  .getProvider(ClusterProvider.class)
                  .executeIfNotExecuted(
                      TASK,
                      TASK_TIMEOUT,
                      () -> {
                        // A transaction of its own: it is committed before another node looks.
                        KeycloakModelUtils.runJobInTransaction(factory, DailyCount::storeToday);
                        return true;
                      }));
    } catch (RuntimeException e) {
      if (!on.isShutdown()) {
        LOG.warnf(
            "The stored passwords of today could not be counted. The count is repeated in an hour:"
                + " %s",
            e.getMessage());
        LOG.debug("The stored passwords of today could not be counted", e);
      }
    }
  }

  private static void storeToday(KeycloakSession session) {
    PasswordDays days = new PasswordDays(session);
    LocalDate today = today();
    if (!days.has(today)) {
      days.add(today, new StoredHashQuery(session).byRealm());
    }
  }

  static LocalDate today() {
    return LocalDate.now(ZoneOffset.UTC);
  }

  /** Stops. */
  @Override
  public synchronized void close() {
    if (executor != null) {
      executor.shutdownNow();
      executor = null;
    }
  }
}

package dev.bulwark.password.stored;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Gauge {@code bulwark.password.stored} (tag {@code algorithm}): stored passwords of all realms,
 * counted from time to time by a separate thread, never when the metrics are read. NaN until the
 * first count and after one that failed. Every node shows the same number. Thread-safe.
 */
public final class StoredHashGauges implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(StoredHashGauges.class);

  /** Out of the way of the server's start. */
  private static final Duration FIRST_DELAY = Duration.ofSeconds(5);

  /** A count may take this part of the time; a slow database is asked less often. */
  private static final int MAX_SHARE = 100;

  /** But no less often than this many intervals: one slow count must not stop the metric. */
  private static final int MAX_INTERVALS = 10;

  private final Duration interval;
  private final MeterRegistry registry;
  private final List<Meter> gauges;
  private volatile @Nullable StoredHashCount latest;
  private @Nullable ScheduledExecutorService executor;

  /**
   * Registers the gauges.
   *
   * @param interval between two counts, above zero
   */
  public StoredHashGauges(MeterRegistry registry, Duration interval) {
    this.registry = registry;
    this.interval = interval;
    this.gauges =
        Stream.concat(StoredHashCount.ALGORITHMS.stream(), Stream.of(StoredHashCount.OTHER))
            .map(this::gauge)
            .toList();
  }

  private Meter gauge(String algorithm) {
    return Gauge.builder("bulwark.password.stored", () -> value(algorithm))
        .description("Stored passwords of all realms by algorithm")
        .tag("algorithm", algorithm)
        .register(registry);
  }

  private double value(String algorithm) {
    StoredHashCount count = latest;
    return count == null ? Double.NaN : count.of(algorithm);
  }

  /** Begins to count; the database is there by now. */
  public synchronized void start(KeycloakSessionFactory factory) {
    if (executor != null) {
      return;
    }
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "bulwark-password-count");
              thread.setDaemon(true);
              return thread;
            });
    executor = started;
    Duration first = interval.compareTo(FIRST_DELAY) < 0 ? interval : FIRST_DELAY;
    schedule(started, factory, first);
  }

  private void schedule(
      ScheduledExecutorService on, KeycloakSessionFactory factory, Duration delay) {
    if (!on.isShutdown()) {
      var unused =
          on.schedule(
              () -> schedule(on, factory, pauseAfter(count(on, factory), interval)),
              delay.toMillis(),
              TimeUnit.MILLISECONDS);
    }
  }

  /** From the interval to ten times it, by how long the last count took. */
  static Duration pauseAfter(Duration taken, Duration interval) {
    Duration rest = taken.multipliedBy(MAX_SHARE);
    Duration longest = interval.multipliedBy(MAX_INTERVALS);
    if (rest.compareTo(longest) > 0) {
      return longest;
    }
    return rest.compareTo(interval) > 0 ? rest : interval;
  }

  private Duration count(ScheduledExecutorService on, KeycloakSessionFactory factory) {
    long start = System.nanoTime();
    try {
      KeycloakModelUtils.runJobInTransaction(
          factory, session -> latest = new StoredHashQuery(session).all());
    } catch (RuntimeException e) {
      latest = null;
      if (!on.isShutdown()) {
        LOG.warnf(
            "Stored passwords could not be counted. The count is repeated later: %s",
            e.getMessage());
        LOG.debug("Stored passwords could not be counted", e);
      }
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Stops counting and removes the gauges. */
  @Override
  public synchronized void close() {
    if (executor != null) {
      executor.shutdownNow();
      executor = null;
    }
    gauges.forEach(registry::remove);
  }
}

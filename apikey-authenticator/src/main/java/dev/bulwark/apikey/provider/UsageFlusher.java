package dev.bulwark.apikey.provider;

import dev.bulwark.apikey.store.ApiKeyIndex;
import dev.bulwark.apikey.store.ApiKeyIndex.Usage;
import dev.bulwark.apikey.verify.VerifierResources;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Writes usage counters every few seconds and when the server stops. What cannot be written is kept
 * and tried again. A server that is killed loses at most what it counted since the last write.
 */
final class UsageFlusher implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(UsageFlusher.class);

  /** Rows per transaction: short locks, and a failure repeats little. */
  private static final int BATCH = 1_000;

  private final KeycloakSessionFactory factory;
  private final VerifierResources resources;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "bulwark-apikey-usage");
            thread.setDaemon(true);
            return thread;
          });

  /** All that was counted before this moment of {@link System#nanoTime} is written. */
  private volatile long writtenUntil = System.nanoTime();

  UsageFlusher(KeycloakSessionFactory factory, VerifierResources resources) {
    this.factory = factory;
    this.resources = resources;
  }

  void start() {
    int seconds = resources.config().usageFlushSeconds();
    var unused = executor.scheduleWithFixedDelay(this::round, seconds, seconds, TimeUnit.SECONDS);
  }

  private void round() {
    flush();
    resources.networks().flush(factory);
  }

  /** Writes all counts; keeps those that cannot be written. */
  synchronized void flush() {
    long began = System.nanoTime();
    SortedMap<String, Usage> drained = resources.usage().drain();
    while (!drained.isEmpty()) {
      SortedMap<String, Usage> batch = new TreeMap<>();
      drained.entrySet().stream()
          .limit(BATCH)
          .forEach(entry -> batch.put(entry.getKey(), entry.getValue()));
      batch.keySet().forEach(drained::remove);
      long start = System.nanoTime();
      try {
        KeycloakModelUtils.runJobInTransaction(
            factory, session -> new ApiKeyIndex(session).addUsage(batch));
        resources.metrics().flushed(Duration.ofNanos(System.nanoTime() - start));
      } catch (RuntimeException e) {
        resources.usage().restore(batch);
        resources.usage().restore(drained);
        resources.metrics().flushFailed();
        LOG.warnf(
            "The usage of API keys could not be written. The write is repeated later: %s",
            e.getMessage());
        LOG.debug("The usage of API keys could not be written", e);
        return;
      }
    }
    writtenUntil = began;
  }

  /** For how long a count may have been waiting to be written, in seconds; 0 if none waits. */
  double lagSeconds() {
    return resources.usage().size() == 0 ? 0 : (System.nanoTime() - writtenUntil) / 1e9;
  }

  @Override
  public void close() {
    executor.shutdownNow();
    flush();
  }
}

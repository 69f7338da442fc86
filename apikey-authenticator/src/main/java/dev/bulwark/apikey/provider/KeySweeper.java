package dev.bulwark.apikey.provider;

import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.upkeep.EndingKeys;
import dev.bulwark.apikey.upkeep.IndexRepair;
import dev.bulwark.apikey.upkeep.ReplacedKeys;
import dev.bulwark.apikey.verify.ApiKeyMetrics;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Removes, every so often, rotated keys whose overlap is over, and a page of the rows that no
 * credential stands behind. Every node does it; a row is removed once. What fails is tried again at
 * the next round.
 */
final class KeySweeper implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(KeySweeper.class);

  /** Keys per transaction: short locks. */
  private static final int REPLACED_BATCH = 50;

  private static final int ENDING_BATCH = 50;

  /** Rows a round: a million rows are looked at within a day, at the default interval. */
  private static final int ORPHAN_PAGE = 1_000;

  private final KeycloakSessionFactory factory;
  private final ApiKeyConfig config;
  private final ApiKeyMetrics metrics;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "bulwark-apikey-sweep");
            thread.setDaemon(true);
            return thread;
          });

  /** Where the next round goes on; of this thread only. */
  private String after = "";

  KeySweeper(KeycloakSessionFactory factory, ApiKeyConfig config, ApiKeyMetrics metrics) {
    this.factory = factory;
    this.config = config;
    this.metrics = metrics;
  }

  void start() {
    int seconds = config.sweepSeconds();
    var unused = executor.scheduleWithFixedDelay(this::sweep, seconds, seconds, TimeUnit.SECONDS);
  }

  private void sweep() {
    try {
      metrics.swept(removeReplaced(), removeOrphans());
      tellEnding();
    } catch (RuntimeException e) {
      metrics.sweepFailed();
      LOG.warnf(
          "The background work for API keys failed and is repeated later: %s", e.getMessage());
      LOG.debug("The background work for API keys failed", e);
    }
  }

  private int removeReplaced() {
    int removed = 0;
    ReplacedKeys.Removed batch;
    do {
      batch =
          KeycloakModelUtils.runJobInTransactionWithResult(
              factory, session -> new ReplacedKeys(session).remove(REPLACED_BATCH));
      removed += batch.removed();
      // A batch without a removal would be met again: it waits for the next round.
    } while (batch.seen() == REPLACED_BATCH && batch.removed() > 0);
    return removed;
  }

  private void tellEnding() {
    long notice = TimeUnit.DAYS.toMillis(config.expiryNoticeDays());
    if (notice == 0) {
      return;
    }
    int seen;
    do {
      seen =
          KeycloakModelUtils.runJobInTransactionWithResult(
              factory, session -> new EndingKeys(session).tell(notice, ENDING_BATCH));
      // Each is noted, so the next batch has others.
    } while (seen == ENDING_BATCH);
  }

  private int removeOrphans() {
    IndexRepair.Orphans page =
        KeycloakModelUtils.runJobInTransactionWithResult(
            factory, session -> new IndexRepair(session).removeOrphans(null, after, ORPHAN_PAGE));
    after = page.last();
    return page.removed();
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}

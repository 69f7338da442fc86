package dev.bulwark.apikey.provider;

import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.upkeep.EndingKeys;
import dev.bulwark.apikey.upkeep.IndexRepair;
import dev.bulwark.apikey.upkeep.ReplacedKeys;
import dev.bulwark.apikey.upkeep.RowByRow;
import dev.bulwark.apikey.verify.ApiKeyMetrics;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Removes, every so often, rotated keys whose overlap is over, and a page of the rows that no
 * credential stands behind; and tells of keys that end soon. Every node does it, and for each key
 * one of them. What fails stops nothing else, and is tried again later.
 */
final class KeySweeper implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(KeySweeper.class);

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

  private final RowByRow removals = new RowByRow("The removal after a rotation");
  private final RowByRow notices = new RowByRow("The notice of the expiry");

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
    attempt(this::removeReplaced);
    attempt(this::removeOrphans);
    attempt(this::tellEnding);
  }

  private void attempt(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      metrics.sweepFailed();
      LOG.warnf(
          "The background work for API keys failed and is repeated later: %s", e.getMessage());
      LOG.debug("The background work for API keys failed", e);
    }
  }

  private void removeReplaced() {
    RowByRow.Result result =
        removals.run(
            (first, max) -> inTransaction(session -> new ReplacedKeys(session).due(first, max)),
            id -> inTransaction(session -> new ReplacedKeys(session).remove(id)));
    metrics.swept(result.done(), 0);
    note(result);
  }

  private void note(RowByRow.Result result) {
    if (result.failed() > 0) {
      metrics.sweepFailed();
    }
  }

  private <T> T inTransaction(Function<KeycloakSession, T> work) {
    return KeycloakModelUtils.runJobInTransactionWithResult(factory, work::apply);
  }

  private void tellEnding() {
    long notice = TimeUnit.DAYS.toMillis(config.expiryNoticeDays());
    if (notice == 0) {
      return;
    }
    note(
        notices.run(
            (first, max) ->
                inTransaction(session -> new EndingKeys(session).due(notice, first, max)),
            id -> inTransaction(session -> new EndingKeys(session).tell(id))));
  }

  private void removeOrphans() {
    IndexRepair.Orphans page =
        inTransaction(session -> new IndexRepair(session).removeOrphans(null, after, ORPHAN_PAGE));
    after = page.last();
    metrics.swept(0, page.removed());
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}

package dev.bulwark.it.revocation;

import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.support.Metrics;
import java.net.URI;
import java.time.Duration;

/** Reads the server's Prometheus metrics. */
final class ServerMetrics {

  private final URI management;

  ServerMetrics(URI management) {
    this.management = management;
  }

  /** The sum over all labels of a metric; 0 if there is none of that name. */
  double value(String name) {
    return Metrics.sum(management, name);
  }

  void awaitValue(String name, double expected) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> value(name) == expected);
  }

  /** Has the whole ledger compared, and waits until that is done. */
  void awaitComparison(DatabaseProcess database) {
    String count = "bulwark_revocation_reconciler_cycle_seconds_count";
    double before = value(count);
    demandComparison(database);
    await("a comparison").atMost(Duration.ofMinutes(2)).until(() -> value(count) > before);
    // One that had begun before may have been counted.
    double again = value(count);
    demandComparison(database);
    await("a comparison").atMost(Duration.ofMinutes(2)).until(() -> value(count) > again);
  }

  /** Has the whole ledger compared soon, as the README shows operators. */
  static void demandComparison(DatabaseProcess database) {
    database.sql("UPDATE BULWARK_LEASE SET EXPIRES_AT = 0 WHERE NAME = 'comparison'");
  }
}

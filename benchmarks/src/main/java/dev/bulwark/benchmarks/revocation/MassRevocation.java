package dev.bulwark.benchmarks.revocation;

import static org.awaitility.Awaitility.await;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.RedisClient;

/**
 * A realm's logout with 100,000 live tokens, and Redis filled again after it has been emptied. The
 * tokens are issued by the server itself.
 */
final class MassRevocation implements Measurement {

  private static final double MOST_SECONDS = 5;

  private static final String LIVE_TOKENS = "SELECT count(*) FROM bulwark_token";
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Plan plan;

  MassRevocation(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "mass";
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing("Logout of a realm", "wrk is not installed");
      return;
    }
    int wanted = plan.count(100_000, 5_000);
    List<Double> logouts = new ArrayList<>();
    List<Double> detections = new ArrayList<>();
    List<Double> refills = new ArrayList<>();
    long live = 0;
    int rounds = plan.count(3, 1);
    for (int i = 1; i <= rounds; i++) {
      try (LocalRedis redis = LocalRedis.start(0);
          RedisClient client = RedisClient.create(URI.create(redis.url()));
          LedgerServer server = LedgerServer.start(plan, "benchmark-mass", redis.url())) {
        Progress.say("issuing " + wanted + " tokens, round " + i + " of " + rounds);
        issue(server, wanted);
        awaitNextSecond(server);
        live = Long.parseLong(server.database().sql(LIVE_TOKENS));
        server.admin("POST", "/realms/" + LedgerRealm.QUIET.name() + "/logout-all");
        logouts.add(secondsUntil(client, live));
        // What the later passes over the ledger write is written by then.
        client.flushAll();
        detections.add(secondsUntil(client, 2));
        refills.add(secondsUntil(client, live));
      }
    }
    row(report, "Logout of a realm with " + live + " live tokens: all in Redis", logouts);
    row(report, "Redis emptied: noticed", detections);
    row(report, "Redis emptied: " + live + " written again, from then on", refills);
  }

  private static void row(Report report, String figure, List<Double> seconds) {
    Samples samples = Samples.of(seconds);
    report.target(
        figure,
        Samples.number(samples.median(), 2) + " s",
        samples.spread(2),
        "≤ 5 s",
        Samples.number(samples.median(), 2) + " s",
        Bound.atMost(samples.median(), MOST_SECONDS));
  }

  private void issue(LedgerServer server, int wanted) throws Exception {
    Load load = new Load(plan);
    long issued = 0;
    while (issued < wanted) {
      issued +=
          load.run(
                  server.endpoint(LedgerRealm.QUIET, "token"),
                  List.of(LedgerServer.clientCredentials()),
                  plan.count(20, 5))
              .requests();
    }
  }

  /** A token of the second in which a realm is logged out outlives that, in Keycloak too. */
  private static void awaitNextSecond(LedgerServer server) {
    String over = "SELECT max(issued_at) < floor(extract(epoch FROM now())) FROM bulwark_token";
    await().until(() -> server.database().sql(over).equals("t"));
  }

  /** Until Redis has so many keys: those of the tokens, and the epoch. */
  private static double secondsUntil(RedisClient client, long keys) throws InterruptedException {
    long start = System.nanoTime();
    while (client.dbSize() < keys) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new IllegalStateException(
            "only " + client.dbSize() + " of " + keys + " keys after " + PATIENCE);
      }
      Thread.sleep(20);
    }
    return (System.nanoTime() - start) / 1e9;
  }
}

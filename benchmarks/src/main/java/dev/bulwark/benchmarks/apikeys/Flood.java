package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Wrong keys without end, from ever new addresses: what they cost in SQL and in memory. */
final class Flood implements Measurement {

  private static final String LOOK_UP = "where ake1_0.REALM_ID=$1 and ake1_0.HASH=$2";

  /** A collection finds the rest of requests under way, and what class loading has left. */
  private static final double MOST_GROWTH_MIB = 4;

  private final Plan plan;

  Flood(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "flood";
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing("Flood of wrong keys", "wrk is not installed");
      return;
    }
    int seconds = plan.count(60, 8);
    try (LocalRedis redis = LocalRedis.start(0);
        KeyServer server =
            KeyServer.start(
                plan, "benchmark-keys-flood", redis.url(), plan.count(100_000, 2_000))) {
      List<String> keys = UnknownKeys.wellFormed(plan.count(400_000, 20_000));
      KeyLoad unknown = UnknownKeys.load(plan, server, "flood", keys);
      KeyLoad mistyped = UnknownKeys.load(plan, server, "mistyped", UnknownKeys.mistyped(keys));
      Loads.verify(plan, server).run(plan.count(10, 3));
      // The first of each fills what is bounded: the addresses whose wrong keys are counted.
      mistyped.runRefused(seconds);
      unknown.runRefused(seconds);
      Statements.reset(server.database());
      Thread.sleep(seconds * 1000L);
      Statements idle = Statements.since(server.database());
      statements(report, server, "with a wrong checksum", mistyped, idle, seconds, 0);
      double before = heapMib(server);
      long requests =
          statements(report, server, "unknown but well-formed", unknown, idle, seconds, 1);
      Progress.say("once more, for the heap");
      requests += unknown.runRefused(seconds).requests();
      double after = heapMib(server);
      report.target(
          "Live heap after " + Samples.number(requests, 0) + " unknown keys, against before",
          Samples.number(after, 1) + " MiB against " + Samples.number(before, 1) + " MiB",
          "–",
          "flat (≤ 4 MiB more)",
          Samples.number(after - before, 1) + " MiB",
          Bound.atMost(after - before, MOST_GROWTH_MIB));
      report.figure("Plan of the lookup", plan(server, keys.get(0)), "–");
    }
  }

  private static long statements(
      Report report,
      KeyServer server,
      String what,
      KeyLoad load,
      Statements idle,
      int seconds,
      int wanted)
      throws Exception {
    Statements.reset(server.database());
    KeyLoad.Result result = load.runRefused(seconds);
    Statements busy = Statements.since(server.database());
    Map<String, Double> found = busy.perRequest(idle, result.requests());
    double reads =
        found.entrySet().stream()
            .filter(entry -> !isFrame(entry.getKey()))
            .mapToDouble(Map.Entry::getValue)
            .sum();
    boolean asWanted =
        wanted == 0 ? found.isEmpty() : Math.abs(reads - wanted) < 0.005 && isLookUp(found);
    report.target(
        "SQL statements a key " + what,
        Samples.number(reads, 3),
        Samples.number(result.requests(), 0)
            + " requests, "
            + Samples.number(result.perSecond(), 0)
            + " a second",
        wanted == 0 ? "0" : "1, by index",
        Samples.number(reads, 3),
        asWanted);
    found.forEach((query, calls) -> report.note(Samples.number(calls, 3) + " × `" + query + "`"));
    return result.requests();
  }

  private static boolean isFrame(String query) {
    return query.matches("(?i)(begin|commit|rollback)( .*)?");
  }

  private static boolean isLookUp(Map<String, Double> found) {
    return found.keySet().stream()
        .filter(query -> !isFrame(query))
        .allMatch(query -> query.replace(" ", "").contains(LOOK_UP.replace(" ", "")));
  }

  private static String plan(KeyServer server, String key) {
    String realm =
        server.database().sql("SELECT id FROM realm WHERE name = '" + KeyRealm.NAME + "'");
    return server
        .database()
        .sql(
            "EXPLAIN (COSTS OFF) SELECT * FROM bulwark_api_key WHERE realm_id = '"
                + realm
                + "' AND hash = '"
                + dev.bulwark.apikey.key.secret.KeyHash.of(key)
                + "'")
        .lines()
        .findFirst()
        .orElse("");
  }

  /** What is reachable after a full collection. */
  private double heapMib(KeyServer server) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    String pid = Long.toString(server.pid());
    Command.of(plan, jcmd, pid, "GC.run").run();
    String total =
        Command.of(plan, jcmd, pid, "GC.class_histogram")
            .run()
            .lines()
            .filter(line -> line.startsWith("Total"))
            .findFirst()
            .orElseThrow(() -> new IOException("jcmd told no total"));
    return Long.parseLong(total.trim().split("\\s+")[2]) / 1048576.0;
  }
}

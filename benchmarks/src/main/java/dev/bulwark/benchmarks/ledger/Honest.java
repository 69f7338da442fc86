package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the cost of the ledger under conditions as in production: PostgreSQL flushes to disk,
 * more sessions than Keycloak caches are refreshed in turn, refresh tokens are rotated, and the
 * ledger is full. The same Keycloak without the bundle is asked in turns with it, and with both
 * ways of writing the ledger.
 */
public final class Honest implements Measurement {

  private static final int WARM_UP_SECONDS = 20;
  private static final int ROUNDS = 8;
  private static final int SECONDS = 10;

  /** The default of {@code comparison-interval}, milliseconds. */
  private static final int COMPARISON_INTERVAL = 600_000;

  private static final String ROWS = "SELECT count(*) FROM bulwark_token";
  private static final int FEW = 8;
  private static final int MANY = 64;

  private final Plan plan;
  private final String name;
  private final int connections;
  private final Map<String, String> options;

  private Honest(Plan plan, String name, int connections, Map<String, String> options) {
    this.plan = plan;
    this.name = name;
    this.connections = connections;
    this.options = options;
  }

  /** With Keycloak's sessions in its caches, as they are unless told otherwise. */
  public static Honest cached(Plan plan) {
    return new Honest(plan, "honest", FEW, Map.of());
  }

  /** The same with many connections, whose rows share transactions. */
  public static Honest manyConnections(Plan plan) {
    return new Honest(plan, "honest-64", MANY, Map.of());
  }

  /** Without these caches: every request reads its session from the database. */
  public static Honest uncached(Plan plan) {
    return new Honest(
        plan, "honest-uncached", FEW, Map.of("spi-user-sessions--infinispan--use-caches", "false"));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing(name, "wrk is not installed");
      return;
    }
    try (Variant without = start(Kind.WITHOUT);
        Variant strict = start(Kind.STRICT);
        Variant behind = start(Kind.BEHIND)) {
      Turns turns = new Turns(plan, List.of(side(without), side(strict), side(behind)));
      warmUp(turns);
      for (Workload workload : Workload.values()) {
        List<Turn> all =
            turns.run(workload, connections, plan.count(ROUNDS, 2), plan.count(SECONDS, 3));
        for (Kind kind : List.of(Kind.STRICT, Kind.BEHIND)) {
          new Comparison(kind, all)
              .rows(
                  report,
                  "%s, %s, %s, %d connections: "
                      .formatted(name, kind.title(), workload.title(), connections));
        }
        for (Kind kind : Kind.values()) {
          processes(report, kind, workload, all);
        }
      }
      report.note(
          name
              + ": "
              + turns.repeated()
              + " turns were repeated because something else was at work on the machine; "
              + turns.disturbed()
              + " of those that count were disturbed as well. Locale "
              + Variant.locale()
              + "; "
              + strict.database().sql(ROWS)
              + " and "
              + behind.database().sql(ROWS)
              + " rows in the ledgers at the end.");
    }
  }

  /** What PostgreSQL's time went to; the mean of all turns. */
  private void processes(Report report, Kind kind, Workload workload, List<Turn> turns) {
    List<Turn> own = turns.stream().filter(turn -> turn.kind() == kind).toList();
    own.stream()
        .map(Turn::postgres)
        .reduce(ProcessTimes::plus)
        .ifPresent(
            times ->
                report.note(
                    "%s, %s, %s: µs of PostgreSQL's processes a request: %s"
                        .formatted(
                            name,
                            kind.title(),
                            workload.title(),
                            times.perRequest(
                                own.stream().mapToDouble(turn -> turn.load().requests()).sum()))));
  }

  /**
   * The clock of a variant goes on while others are asked. It compares its ledger every ten minutes
   * of that clock, so by default it would do so more often in the time in which it runs.
   */
  private Variant start(Kind kind) throws IOException {
    Map<String, String> all = new HashMap<>(options);
    if (kind.hasBundle()) {
      all.put(
          "spi-events-listener--redis-revocation--comparison-interval",
          Integer.toString(COMPARISON_INTERVAL * Kind.values().length));
    }
    return Variant.start(plan, "benchmark-" + name + "-" + kind.title(), kind, all);
  }

  private Turns.Side side(Variant variant) throws Exception {
    return new Turns.Side(variant, Forms.prepare(plan, variant));
  }

  /** Five minutes and more: before, the figures would be those of the compiler. */
  private void warmUp(Turns turns) throws Exception {
    for (int i = 1; i <= plan.count(3, 1); i++) {
      Progress.say("warming all servers up, " + i);
      for (Workload workload : Workload.values()) {
        turns.warmUp(workload, connections, plan.count(WARM_UP_SECONDS, 2));
      }
    }
  }
}

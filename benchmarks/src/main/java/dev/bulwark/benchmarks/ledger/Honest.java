package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Measures the cost of the ledger under conditions as in production: PostgreSQL flushes to disk,
 * more sessions than Keycloak caches are refreshed in turn, refresh tokens are rotated, and the
 * ledger is full. The same Keycloak without the bundle is asked in turns with it.
 */
public final class Honest implements Measurement {

  private static final int WARM_UP_SECONDS = 20;
  private static final int ROUNDS = 9;
  private static final int SECONDS = 10;

  /** The default of {@code comparison-interval}, milliseconds. */
  private static final int COMPARISON_INTERVAL = 600_000;

  private static final String ROWS = "SELECT count(*) FROM bulwark_token";
  private static final int FEW = 8;

  /** CPU time a request that the bundle may add where nothing is on (B14), microseconds. */
  private static final double MOST_MICROS_OFF = 50;

  private static final int MANY = 64;

  private final Plan plan;
  private final String name;
  private final int connections;
  private final boolean isOn;

  private Honest(Plan plan, String name, int connections, boolean isOn) {
    this.plan = plan;
    this.name = name;
    this.connections = connections;
    this.isOn = isOn;
  }

  /** With few connections. */
  public static Honest fewConnections(Plan plan) {
    return new Honest(plan, "honest", FEW, true);
  }

  /** The same with many connections, whose rows share transactions. */
  public static Honest manyConnections(Plan plan) {
    return new Honest(plan, "honest-64", MANY, true);
  }

  /** The cost of a bundle of which the realm uses nothing (B14). */
  public static Honest nothingOn(Plan plan) {
    return new Honest(plan, "off", FEW, false);
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
    try (Variants variants = new Variants()) {
      List<Turns.Side> sides = new ArrayList<>();
      for (Kind kind : Kind.values()) {
        Variant variant = variants.add(start(kind));
        sides.add(new Turns.Side(variant, Forms.prepare(plan, variant)));
      }
      measure(report, variants, new Turns(plan, sides));
    }
  }

  /** Those that have been started. */
  private static final class Variants implements AutoCloseable {

    private final Deque<Variant> all = new ArrayDeque<>();

    Variant add(Variant variant) {
      all.addLast(variant);
      return variant;
    }

    /** Number of rows in the ledger of each that has one. */
    String rows() {
      return all.stream()
          .filter(Variant::hasLedger)
          .map(variant -> variant.database().sql(ROWS))
          .collect(Collectors.joining(" and "));
    }

    @Override
    public void close() {
      Variant last = all.pollLast();
      if (last != null) {
        try {
          last.close();
        } finally {
          close();
        }
      }
    }
  }

  private void measure(Report report, Variants variants, Turns turns) throws Exception {
    warmUp(turns);
    for (Workload workload : Workload.values()) {
      List<Turn> all =
          turns.run(workload, connections, plan.count(ROUNDS, 2), plan.count(SECONDS, 3));
      new Comparison(all, isOn ? workload.mostMicros() : MOST_MICROS_OFF)
          .rows(report, "%s, %s, %d connections: ".formatted(name, workload.title(), connections));
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
            + variants.rows()
            + " rows in the ledgers at the end.");
  }

  /**
   * The clock of a variant goes on while others are asked. It compares its ledger every ten minutes
   * of that clock, so by default it would do so more often in the time in which it runs.
   */
  private Variant start(Kind kind) throws IOException {
    Map<String, String> options =
        kind.hasBundle()
            ? Map.of(
                "spi-events-listener--redis-revocation--comparison-interval",
                Integer.toString(COMPARISON_INTERVAL * Kind.values().length),
                Variant.EVERYWHERE,
                Boolean.toString(isOn))
            : Map.of();
    return Variant.start(plan, "benchmark-" + name + "-" + kind.title(), kind, options);
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

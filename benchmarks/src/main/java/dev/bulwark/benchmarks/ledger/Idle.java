package dev.bulwark.benchmarks.ledger;

import static org.awaitility.Awaitility.await;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures the load of a server without requests, with a full ledger and without. A comparison of
 * the ledger with Keycloak's tables is measured by itself, and its share is added.
 */
public final class Idle implements Measurement {

  private static final double MOST_CORES = 0.02;
  private static final int STATEMENTS = 15;

  /** The default of {@code comparison-interval}, seconds. */
  private static final double BETWEEN_COMPARISONS = 600;

  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final String COMPARISONS = "bulwark_revocation_reconciler_cycle_seconds_count";

  private final Plan plan;

  /** A measurement by plan. */
  public Idle(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "idle";
  }

  /**
   * CPU time and WAL.
   *
   * @param wal bytes
   * @param comparison of one comparison beside the rest; nothing without the bundle
   */
  private record Used(
      double seconds,
      Cpu cpu,
      double wal,
      List<Statements.Statement> statements,
      Compared comparison) {}

  /**
   * One comparison of the whole ledger.
   *
   * @param seconds by the clock
   * @param cpu beside that of an idle server in this time
   */
  private record Compared(double seconds, Cpu cpu) {

    private static final Compared NONE = new Compared(0, new Cpu(0, 0, 0));
  }

  @Override
  public void measure(Report report) throws Exception {
    Used without = measure(Kind.WITHOUT);
    Used with = measure(Kind.BEHIND);
    Size size = Size.of(plan);
    String what =
        "Idle, %s live tokens of %s sessions: "
            .formatted(Samples.number(size.tokens(), 0), Samples.number(size.sessions(), 0));
    String spread = Samples.number(with.seconds(), 0) + " s each";
    row(report, what + "CPU of PostgreSQL", with, with.cpu().postgres(), without.cpu().postgres());
    row(report, what + "CPU of Keycloak", with, with.cpu().keycloak(), without.cpu().keycloak());
    row(report, what + "CPU of Redis", with, with.cpu().redis(), without.cpu().redis());
    report.figure(
        what + "WAL",
        Samples.number(with.wal() / with.seconds(), 0)
            + " bytes a second against "
            + Samples.number(without.wal() / without.seconds(), 0),
        spread);
    double cores =
        (with.cpu().postgres() + with.cpu().keycloak()) / with.seconds()
            - (without.cpu().postgres() + without.cpu().keycloak()) / without.seconds();
    report.figure(
        what + "added by the bundle to PostgreSQL and Keycloak together, between two comparisons",
        Samples.number(cores, 4) + " core",
        spread);
    Compared comparison = with.comparison();
    double each = comparison.cpu().postgres() + comparison.cpu().keycloak();
    report.figure(
        what + "one comparison, CPU of PostgreSQL and of Keycloak",
        Samples.number(comparison.cpu().postgres(), 2)
            + " and "
            + Samples.number(comparison.cpu().keycloak(), 2)
            + " s",
        Samples.number(comparison.seconds(), 0) + " s");
    double all = cores + each / BETWEEN_COMPARISONS;
    report.target(
        what + "added to both, with a comparison every 10 minutes",
        Samples.number(all, 4) + " core",
        spread,
        "≤ 0.02 core",
        Samples.number(all, 4) + " core",
        Bound.atMost(all, MOST_CORES));
    statements(report, "with the bundle", with);
    statements(report, "without the bundle", without);
  }

  private static void row(Report report, String figure, Used with, double ours, double theirs) {
    report.figure(
        figure,
        Samples.number(ours / with.seconds() * 1e3, 1)
            + " ms a second against "
            + Samples.number(theirs / with.seconds() * 1e3, 1),
        Samples.number(with.seconds(), 0) + " s each");
  }

  private static void statements(Report report, String variant, Used used) {
    double all = used.statements().stream().mapToDouble(Statements.Statement::millis).sum();
    report.note(
        "PostgreSQL's statements, idle, "
            + variant
            + ": "
            + Samples.number(all / used.seconds(), 1)
            + " ms a second by the clock. The longest:");
    used.statements().stream()
        .limit(STATEMENTS)
        .forEach(statement -> report.note("  " + statement.perSecond(used.seconds())));
  }

  private Used measure(Kind kind) throws Exception {
    String name = "benchmark-idle-" + kind.title();
    try (Variant variant = Variant.start(plan, name, kind, Map.of(), Statements.SETTINGS)) {
      Filling.fill(variant, Size.of(plan));
      // Compiled code, and the end of what filling has left behind.
      Thread.sleep(plan.count(60, 2) * 1000L);
      Progress.say("idle, variant " + kind.title());
      Statements.reset(variant.database());
      Wal wal = Wal.now(variant.database());
      Cpu before = variant.cpu();
      long began = System.nanoTime();
      Thread.sleep(plan.count(60, 10) * 1000L);
      Cpu cpu = variant.cpu().since(before);
      double seconds = (System.nanoTime() - began) / 1e9;
      double bytes = Wal.now(variant.database()).since(wal);
      List<Statements.Statement> statements = new ArrayList<>(Statements.since(variant.database()));
      return new Used(
          seconds,
          cpu,
          bytes,
          statements,
          kind.hasBundle() ? comparison(variant, cpu, seconds) : Compared.NONE);
    }
  }

  /**
   * Has the ledger compared once.
   *
   * @param idle CPU time of an idle server in some seconds
   */
  private static Compared comparison(Variant variant, Cpu idle, double idleSeconds)
      throws Exception {
    double compared = variant.metric(COMPARISONS);
    Cpu before = variant.cpu();
    long began = System.nanoTime();
    variant.database().sql("UPDATE bulwark_lease SET expires_at = 0 WHERE name = 'comparison'");
    await("the ledger to be compared")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> variant.metric(COMPARISONS) > compared);
    Cpu cpu = variant.cpu().since(before);
    double seconds = (System.nanoTime() - began) / 1e9;
    double share = seconds / idleSeconds;
    return new Compared(
        seconds,
        new Cpu(
            cpu.keycloak() - idle.keycloak() * share,
            cpu.postgres() - idle.postgres() * share,
            cpu.redis() - idle.redis() * share));
  }
}

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

  /**
   * The compilers of a virtual machine take more than all else in the first minutes, and nothing
   * later: what runs once a second is compiled after some minutes.
   */
  private static final int WARM_UP_SECONDS = 600;

  private static final int SECONDS = 120;
  private static final int STATEMENTS = 15;

  /** The default of {@code comparison-interval}, seconds. */
  private static final double BETWEEN_COMPARISONS = 600;

  /** An hour: none falls into the time that is measured, and the one that is asked for is alone. */
  private static final Map<String, String> NO_COMPARISON =
      Map.of(
          "spi-events-listener--redis-revocation--comparison-interval",
          "3600000",
          Variant.EVERYWHERE,
          "true");

  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final String COMPARISONS = "bulwark_revocation_reconciler_cycle_seconds_count";

  private final Plan plan;
  private final int realms;

  /**
   * A measurement by plan.
   *
   * @param realms at least 1; all but one have a session each, and no token
   */
  public Idle(Plan plan, int realms) {
    this.plan = plan;
    this.realms = realms;
  }

  @Override
  public String name() {
    return realms == 1 ? "idle" : "idle-" + realms;
  }

  /** The state when the measurement began. */
  private record Start(long nanos, Cpu cpu, Wal wal) {

    static Start of(Variant variant) throws Exception {
      Statements.reset(variant.database());
      return new Start(System.nanoTime(), variant.cpu(), Wal.now(variant.database()));
    }

    Used end(Variant variant) throws Exception {
      Cpu used = variant.cpu().since(cpu);
      double seconds = (System.nanoTime() - nanos) / 1e9;
      return new Used(
          seconds,
          used,
          Wal.now(variant.database()).since(wal),
          new ArrayList<>(Statements.since(variant.database())));
    }
  }

  /**
   * CPU time and WAL.
   *
   * @param wal bytes
   */
  private record Used(double seconds, Cpu cpu, double wal, List<Statements.Statement> statements) {}

  /**
   * One comparison of the whole ledger.
   *
   * @param seconds by the clock
   * @param cpu beside that of an idle server in this time
   */
  private record Compared(double seconds, Cpu cpu) {}

  @Override
  public void measure(Report report) throws Exception {
    Used without;
    Used with;
    Compared comparison;
    // Both at once: an idle server takes a hundredth of a processor, and the wait is long.
    try (Variant vanilla = filled(Kind.WITHOUT);
        Variant bundle = filled(Kind.BUNDLE)) {
      Progress.say("waiting until the compiler of both is at rest");
      Thread.sleep(plan.count(WARM_UP_SECONDS, 2) * 1000L);
      Start ofVanilla = Start.of(vanilla);
      Start ofBundle = Start.of(bundle);
      Progress.say("idle");
      Thread.sleep(plan.count(SECONDS, 10) * 1000L);
      without = ofVanilla.end(vanilla);
      with = ofBundle.end(bundle);
      comparison = comparison(bundle, with.cpu(), with.seconds());
    }
    Size size = Size.of(plan);
    String what =
        "Idle, realms: %d; %s live tokens of %s sessions: "
            .formatted(
                realms, Samples.number(size.tokens(), 0), Samples.number(size.sessions(), 0));
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

  private Variant filled(Kind kind) throws Exception {
    Variant variant =
        Variant.start(
            plan,
            "benchmark-idle-" + kind.title(),
            kind,
            kind.hasBundle() ? NO_COMPARISON : Map.of(),
            Statements.SETTINGS);
    try {
      Filling.fill(variant, Size.of(plan));
      Filling.addRealms(variant, realms - 1);
      return variant;
    } catch (Exception e) {
      variant.close();
      throw e;
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

package dev.bulwark.benchmarks.limiter;

import static org.awaitility.Awaitility.await;

import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.it.support.ScriptCalls;
import java.time.Duration;

/** How often Redis is asked, as MONITOR shows it. */
final class RoundTrips implements Measurement {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Plan plan;

  RoundTrips(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "round-trips";
  }

  @Override
  public void measure(Report report) throws Exception {
    int attempts = plan.count(500, 50);
    try (LimitServer server = LimitServer.start(plan, "benchmark-limiter-trips");
        ScriptCalls calls = new ScriptCalls(server.redisUrl())) {
      tell(report, "a wrong password", perAttempt(server, calls, "wrong", attempts), attempts);
      tell(
          report,
          "the right password",
          perAttempt(server, calls, LimitRealm.PASSWORD, attempts),
          attempts);
    }
  }

  private static void tell(Report report, String what, double[] scripts, int attempts) {
    String number = Samples.number(scripts[0], 2);
    report.target(
        "Scripts in Redis that an attempt with " + what + " waits for",
        number,
        "exact (n=" + attempts + ")",
        "1",
        number,
        scripts[0] == 1);
    report.figure(
        "Attempts that are settled by another script, on another thread",
        Samples.number(scripts[1], 2),
        "exact (n=" + attempts + ")");
  }

  /** Scripts that an attempt waits for, and those that settle it. */
  private static double[] perAttempt(
      LimitServer server, ScriptCalls calls, String password, int attempts) throws Exception {
    long takes = calls.takes();
    long settled = calls.settled();
    for (int i = 0; i < attempts; i++) {
      server.login(LimitRealm.LIMITED, i, password);
    }
    await("every attempt is settled")
        .atMost(PATIENCE)
        .until(() -> calls.settled() == calls.takes());
    return new double[] {
      (calls.takes() - takes) / (double) attempts, (calls.settled() - settled) / (double) attempts
    };
  }
}

package dev.bulwark.benchmarks.limiter;

import static org.awaitility.Awaitility.await;

import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.time.Duration;

/** How often Redis is asked, as it counts itself. */
final class RoundTrips implements Measurement {

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
    try (LimitServer server = LimitServer.start(plan, "benchmark-limiter-trips")) {
      double wrong = perAttempt(server, "wrong", attempts, 1);
      report.target(
          "Scripts that Redis runs for an attempt with a wrong password",
          Samples.number(wrong, 2),
          "exact (n=" + attempts + ")",
          "1",
          Samples.number(wrong, 2),
          wrong == 1);
      double right = perAttempt(server, LimitRealm.PASSWORD, attempts, 2);
      report.figure(
          "The same for a login that succeeds; the second gives the slot back after the answer",
          Samples.number(right, 2),
          "exact (n=" + attempts + ")");
    }
  }

  private static double perAttempt(LimitServer server, String password, int attempts, int expected)
      throws Exception {
    // What an earlier login gives back comes after its answer.
    long before = settled(server);
    for (int i = 0; i < attempts; i++) {
      server.login(LimitRealm.LIMITED, i, password);
    }
    await("slots are given back")
        .atMost(Duration.ofSeconds(10))
        .until(() -> server.scriptCalls() - before >= (long) expected * attempts);
    return (settled(server) - before) / (double) attempts;
  }

  private static long settled(LimitServer server) {
    long[] last = {-1};
    await("no slot is left to be given back")
        .pollInterval(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              long calls = server.scriptCalls();
              boolean same = calls == last[0];
              last[0] = calls;
              return same;
            });
    return last[0];
  }
}

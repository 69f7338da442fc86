package dev.bulwark.benchmarks.limiter;

import dev.bulwark.benchmarks.Callers;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Fifty good logins at the same moment from one address and without a device cookie, with the
 * limits as shipped: five at a time, and nobody is refused.
 */
final class Office implements Measurement {

  private static final int LOGINS = 50;
  private static final double MOST_MILLIS = 5_000;

  private final Plan plan;

  Office(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "office";
  }

  @Override
  public void measure(Report report) throws Exception {
    List<Double> rounds = new ArrayList<>();
    AtomicInteger refused = new AtomicInteger();
    try (LimitServer server = LimitServer.start(plan, "benchmark-limiter-office")) {
      for (int i = 0; i < plan.count(10, 2); i++) {
        long start = System.nanoTime();
        Callers.burst(
            LOGINS,
            number -> {
              if (server.login(LimitRealm.SHIPPED, number, LimitRealm.PASSWORD) != 200) {
                refused.incrementAndGet();
              }
            });
        rounds.add((System.nanoTime() - start) / 1e6);
      }
    }
    Samples time = Samples.of(rounds);
    report.target(
        "50 good logins at once from one address, until the last is in",
        Samples.number(time.median(), 0) + " ms, " + refused.get() + " refused",
        time.spread(0),
        "≤ 5 s, 0 refused",
        Samples.number(time.median(), 0) + " ms",
        time.median() <= MOST_MILLIS && refused.get() == 0);
  }
}

package dev.bulwark.benchmarks.limiter;

import dev.bulwark.benchmarks.Callers;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Two hundred attempts at once from one address, with the limits as shipped. */
final class Burst implements Measurement {

  private static final int ATTEMPTS = 200;
  private static final int LET_THROUGH = 5;
  private static final int REFUSED = 429;

  private final Plan plan;

  Burst(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "burst";
  }

  @Override
  public void measure(Report report) throws Exception {
    AtomicInteger through = new AtomicInteger();
    Collection<Double> refusals = new ConcurrentLinkedQueue<>();
    try (LimitServer server = LimitServer.start(plan, "benchmark-limiter-burst")) {
      Callers.burst(
          ATTEMPTS,
          number -> {
            if (server.login(LimitRealm.SHIPPED, number, "wrong") != REFUSED) {
              through.incrementAndGet();
            }
          });
      for (int i = 0; i < plan.count(500, 50); i++) {
        long start = System.nanoTime();
        if (server.login(LimitRealm.SHIPPED, i, "wrong") == REFUSED) {
          refusals.add((System.nanoTime() - start) / 1e6);
        }
      }
    }
    report.target(
        "Of 200 attempts at once from one address, let through",
        Integer.toString(through.get()),
        "exact",
        "5",
        Integer.toString(through.get()),
        through.get() == LET_THROUGH);
    Samples time = Samples.of(refusals);
    report.figure(
        "Answer to a rejected attempt", Samples.number(time.median(), 2) + " ms", time.spread(2));
  }
}

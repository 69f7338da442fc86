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
    try (LimitServer server = LimitServer.start(plan, "benchmark-limiter-office")) {
      Outcome shipped = logIn(server, LimitRealm.SHIPPED_HASH);
      Outcome cheap = logIn(server, LimitRealm.SHIPPED);
      report.target(
          "50 good logins at once from one address, with Argon2id as shipped, until the last is in",
          Samples.number(shipped.millis().median(), 0) + " ms, " + shipped.refused() + " rejected",
          shipped.millis().spread(0),
          "≤ 5 s, 0 rejected",
          Samples.number(shipped.millis().median(), 0) + " ms",
          shipped.millis().median() <= MOST_MILLIS && shipped.refused() == 0);
      report.figure(
          "The same with a hash that costs nothing",
          Samples.number(cheap.millis().median(), 0) + " ms, " + cheap.refused() + " rejected",
          cheap.millis().spread(0));
      report.figure(
          "CPU time of Keycloak for such a login: all, and without the hash",
          Samples.number(shipped.cpuMillis().median(), 1)
              + " ms, "
              + Samples.number(cheap.cpuMillis().median(), 1)
              + " ms",
          shipped.cpuMillis().spread(1) + ", " + cheap.cpuMillis().spread(1));
    }
  }

  /**
   * The rounds of a realm.
   *
   * @param millis until the last of a round was in
   * @param cpuMillis of Keycloak, for each login
   * @param refused logins of all rounds
   */
  private record Outcome(Samples millis, Samples cpuMillis, int refused) {}

  private Outcome logIn(LimitServer server, LimitRealm realm) throws Exception {
    List<Double> rounds = new ArrayList<>();
    List<Double> cpu = new ArrayList<>();
    AtomicInteger refused = new AtomicInteger();
    // The first round warms the server up: it does not count, but refuses nobody either.
    for (int i = 0; i <= plan.count(10, 2); i++) {
      double before = server.cpuSeconds();
      long start = System.nanoTime();
      Callers.burst(
          LOGINS,
          number -> {
            if (server.login(realm, number, LimitRealm.PASSWORD) != 200) {
              refused.incrementAndGet();
            }
          });
      if (i > 0) {
        rounds.add((System.nanoTime() - start) / 1e6);
        cpu.add((server.cpuSeconds() - before) * 1e3 / LOGINS);
      }
    }
    return new Outcome(Samples.of(rounds), Samples.of(cpu), refused.get());
  }
}

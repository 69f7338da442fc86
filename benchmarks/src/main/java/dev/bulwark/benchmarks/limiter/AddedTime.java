package dev.bulwark.benchmarks.limiter;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What the limit adds to a login: two realms of one server, with a limit and without, in turns. */
final class AddedTime implements Measurement {

  private static final double MOST_MILLIS = 1;

  private final Plan plan;

  AddedTime(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "added";
  }

  @Override
  public void measure(Report report) throws Exception {
    List<Double> limited = new ArrayList<>();
    List<Double> free = new ArrayList<>();
    List<Double> added = new ArrayList<>();
    try (LimitServer server = LimitServer.start(plan, "benchmark-limiter")) {
      int logins = plan.count(500, 30);
      round(server, plan.count(2_000, 30));
      int rounds = plan.count(8, 2);
      for (int i = 1; i <= rounds; i++) {
        Progress.say("logins with and without the limit, round " + i + " of " + rounds);
        List<Samples> both = round(server, logins);
        limited.add(both.get(0).median());
        free.add(both.get(1).median());
        added.add(both.get(0).median() - both.get(1).median());
      }
    }
    Samples difference = Samples.of(added);
    report.target(
        "Login with the limit, p50 of a round",
        Samples.number(Samples.of(limited).median(), 2)
            + " ms against "
            + Samples.number(Samples.of(free).median(), 2)
            + " ms without",
        "added: " + difference.spread(2),
        "≤ 1 ms more",
        Samples.number(difference.median(), 2) + " ms",
        Bound.atMost(difference.median(), MOST_MILLIS));
  }

  /** One caller, one login after the other, each realm in turn: what else happens hits both. */
  private static List<Samples> round(LimitServer server, int logins) throws Exception {
    double[] limited = new double[logins];
    double[] free = new double[logins];
    for (int i = 0; i < logins; i++) {
      if (i % 2 == 0) {
        limited[i] = millis(server, LimitRealm.LIMITED, i);
        free[i] = millis(server, LimitRealm.FREE, i);
      } else {
        free[i] = millis(server, LimitRealm.FREE, i);
        limited[i] = millis(server, LimitRealm.LIMITED, i);
      }
    }
    return List.of(Samples.of(limited), Samples.of(free));
  }

  private static double millis(LimitServer server, LimitRealm realm, int user)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    int status = server.login(realm, user, LimitRealm.PASSWORD);
    if (status != 200) {
      throw new IOException("a login was answered " + status);
    }
    return (System.nanoTime() - start) / 1e6;
  }
}

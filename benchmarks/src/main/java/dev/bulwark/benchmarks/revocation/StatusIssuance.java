package dev.bulwark.benchmarks.revocation;

import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.CpuTime;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Pairs;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a place in a Token Status List costs when a token is issued (R7, R8): one server, one grant,
 * a client with the claim and one without, in short turns.
 */
final class StatusIssuance implements Measurement {

  private static final int ROUNDS = 24;
  private static final int SECONDS = 5;
  private static final int WARM_UP_ROUNDS = 6;
  private static final int WARM_UP_SECONDS = 10;

  private final Plan plan;
  private final Load load;

  StatusIssuance(Plan plan) {
    this.plan = plan;
    this.load = new Load(plan);
  }

  @Override
  public String name() {
    return "status-claim";
  }

  /**
   * What one turn took.
   *
   * @param cpuMicros of Keycloak and its PostgreSQL, a request
   */
  private record Turn(double perSecond, double cpuMicros) {}

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing("Issuance with the claim status", "wrk is not installed");
      return;
    }
    try (LocalRedis redis = LocalRedis.start(0);
        LedgerServer server = LedgerServer.start(plan, "benchmark-status", redis.url())) {
      measure(report, server);
    }
  }

  private void measure(Report report, LedgerServer server) throws Exception {
    for (int i = 0; i < plan.count(WARM_UP_ROUNDS, 1); i++) {
      Progress.say("warming up the issuance with and without a place in a status list");
      turn(server, true, plan.count(WARM_UP_SECONDS, 2));
      turn(server, false, plan.count(WARM_UP_SECONDS, 2));
    }
    List<Turn> listed = new ArrayList<>();
    List<Turn> plain = new ArrayList<>();
    int rounds = plan.count(ROUNDS, 4);
    for (int i = 1; i <= rounds; i++) {
      Progress.say("issuance with and without a place in a status list, " + i + " of " + rounds);
      // Another one is the first in each round.
      for (boolean with : List.of(i % 2 == 0, i % 2 != 0)) {
        (with ? listed : plain).add(turn(server, with, plan.count(SECONDS, 2)));
      }
    }
    row(
        report,
        "client_credentials a second, with the claim status",
        "",
        listed,
        plain,
        Turn::perSecond);
    row(
        report,
        "CPU of Keycloak and PostgreSQL a request, with the claim status",
        " µs",
        listed,
        plain,
        Turn::cpuMicros);
  }

  private static void row(
      Report report,
      String figure,
      String unit,
      List<Turn> listed,
      List<Turn> plain,
      ToDoubleFunction<Turn> value) {
    List<Double> with = listed.stream().map(value::applyAsDouble).toList();
    List<Double> without = plain.stream().map(value::applyAsDouble).toList();
    Pairs more = Pairs.of(with, without);
    Samples base = Samples.of(without);
    report.figure(
        figure,
        "%s against %s%s: %s %% more (%s to %s)"
            .formatted(
                Samples.number(Samples.of(with).median(), 0),
                Samples.number(base.median(), 0),
                unit,
                percent(more.median() / base.median()),
                percent(more.lowest() / base.median()),
                percent(more.highest() / base.median())),
        Samples.of(with).spread(0) + " against " + base.spread(0));
  }

  private Turn turn(LedgerServer server, boolean listed, int seconds)
      throws IOException, InterruptedException {
    List<Long> processes = List.of(server.pid(), server.database().pid());
    double before = CpuTime.seconds(processes);
    Load.Result result =
        load.run(
            server.endpoint(LedgerRealm.QUIET, "token"),
            List.of(
                LedgerServer.clientCredentials(listed ? LedgerRealm.LISTED : LedgerRealm.SERVICE)),
            seconds);
    double cpu = CpuTime.seconds(processes) - before;
    return new Turn(result.perSecond(), cpu / result.requests() * 1e6);
  }

  private static String percent(double part) {
    return Samples.number(part * 100, 1);
  }
}

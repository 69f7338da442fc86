package dev.bulwark.benchmarks.revocation;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.CpuTime;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Regression;
import dev.bulwark.benchmarks.Regression.Observation;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * What a place in a Token Status List costs when a token is issued (R8): one server, one grant, a
 * client with the claim and one without, in short turns. Throughput swings by more than the cost,
 * so CPU time a request is compared too, corrected for the speed of the machine by the CPU time
 * that wrk takes for a request.
 */
final class StatusIssuance {

  private static final double MOST_LOST = 0.01;
  private static final int ROUNDS = 24;
  private static final int SECONDS = 5;
  private static final int WARM_UP_ROUNDS = 6;
  private static final int WARM_UP_SECONDS = 10;

  private final Plan plan;
  private final Load load;
  private final LedgerServer server;

  StatusIssuance(Plan plan, Load load, LedgerServer server) {
    this.plan = plan;
    this.load = load;
    this.server = server;
  }

  /**
   * What one turn took.
   *
   * @param cpuMicros of Keycloak and its PostgreSQL, a request
   * @param callerMicros CPU time of wrk and of this process, which only waits, a request
   */
  private record Turn(boolean listed, double perSecond, double cpuMicros, double callerMicros) {}

  void measure(Report report) throws Exception {
    for (int i = 0; i < plan.count(WARM_UP_ROUNDS, 1); i++) {
      Progress.say("warming up the issuance with and without a place in a status list");
      turn(true, plan.count(WARM_UP_SECONDS, 2));
      turn(false, plan.count(WARM_UP_SECONDS, 2));
    }
    List<Turn> turns = new ArrayList<>();
    int rounds = plan.count(ROUNDS, 4);
    for (int i = 1; i <= rounds; i++) {
      Progress.say("issuance with and without a place in a status list, " + i + " of " + rounds);
      // Another one is the first in each round.
      turns.add(turn(i % 2 == 0, plan.count(SECONDS, 2)));
      turns.add(turn(i % 2 != 0, plan.count(SECONDS, 2)));
    }
    rows(report, turns);
  }

  private static void rows(Report report, List<Turn> turns) {
    Regression rate = regression(turns, Turn::perSecond);
    report.figure(
        "client_credentials a second, with the claim status",
        medians(turns, Turn::perSecond)
            + ": "
            + percent(1 - rate.ratio())
            + " % lost ("
            + percent(1 - rate.highest())
            + " to "
            + percent(1 - rate.lowest())
            + ")",
        spreads(turns, Turn::perSecond));
    Regression cpu = regression(turns, Turn::cpuMicros);
    report.target(
        "CPU of Keycloak and PostgreSQL a request, with the claim status",
        medians(turns, Turn::cpuMicros) + " µs",
        spreads(turns, Turn::cpuMicros),
        "≤ 1 % more",
        "%s %% more (%s to %s)"
            .formatted(
                percent(cpu.ratio() - 1), percent(cpu.lowest() - 1), percent(cpu.highest() - 1)),
        Bound.atMost(cpu.ratio() - 1, MOST_LOST));
  }

  private Turn turn(boolean listed, int seconds) throws IOException, InterruptedException {
    List<Long> processes = List.of(server.pid(), server.database().pid());
    long self = ProcessHandle.current().pid();
    double own = CpuTime.secondsWithEndedChildren(self);
    double before = CpuTime.seconds(processes);
    Load.Result result =
        load.run(
            server.endpoint(LedgerRealm.QUIET, "token"),
            List.of(
                LedgerServer.clientCredentials(listed ? LedgerRealm.LISTED : LedgerRealm.SERVICE)),
            seconds);
    double cpu = CpuTime.seconds(processes) - before;
    // wrk is among this process's ended children.
    double caller = CpuTime.secondsWithEndedChildren(self) - own;
    return new Turn(
        listed,
        result.perSecond(),
        cpu / result.requests() * 1e6,
        caller / result.requests() * 1e6);
  }

  private static Regression regression(List<Turn> turns, ToDoubleFunction<Turn> figure) {
    return Regression.of(
        turns.stream()
            .map(
                turn ->
                    new Observation(turn.listed(), turn.callerMicros(), figure.applyAsDouble(turn)))
            .toList());
  }

  private static String medians(List<Turn> turns, ToDoubleFunction<Turn> figure) {
    return Samples.number(samples(turns, figure, Turn::listed).median(), 0)
        + " against "
        + Samples.number(samples(turns, figure, turn -> !turn.listed()).median(), 0);
  }

  private static String spreads(List<Turn> turns, ToDoubleFunction<Turn> figure) {
    return samples(turns, figure, Turn::listed).spread(0)
        + " against "
        + samples(turns, figure, turn -> !turn.listed()).spread(0);
  }

  private static Samples samples(
      List<Turn> turns, ToDoubleFunction<Turn> figure, Predicate<Turn> which) {
    return Samples.of(turns.stream().filter(which).map(figure::applyAsDouble).toList());
  }

  private static String percent(double part) {
    return Samples.number(part * 100, 1);
  }
}

package dev.bulwark.benchmarks.revocation;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.CpuTime;
import dev.bulwark.benchmarks.Frozen;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;
import java.util.ArrayList;
import java.util.List;

/** Requests a second with the bundle and without, in turns. */
final class Throughput implements Measurement {

  private static final double MOST_LOST = 0.10;
  private static final int SETTLING_SECONDS = 3;

  private final Plan plan;
  private final Load load;

  Throughput(Plan plan) {
    this.plan = plan;
    this.load = new Load(plan);
  }

  @Override
  public String name() {
    return "throughput";
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing("Throughput with the ledger", "wrk is not installed");
      return;
    }
    try (LocalRedis redis = LocalRedis.start(0);
        LedgerServer with = LedgerServer.start(plan, "benchmark-with", redis.url());
        LedgerServer without = LedgerServer.start(plan, "benchmark-without", null)) {
      warmUp(with, without);
      for (LedgerRealm realm : List.of(LedgerRealm.QUIET, LedgerRealm.EVENTS)) {
        String events = realm.events() ? "events on" : "events off";
        compare(
            report,
            "client_credentials, " + events,
            new Contender(with, realm, List.of(LedgerServer.clientCredentials())),
            new Contender(without, realm, List.of(LedgerServer.clientCredentials())));
        compare(
            report,
            "refresh, " + events,
            new Contender(with, realm, refreshes(with, realm)),
            new Contender(without, realm, refreshes(without, realm)));
      }
    }
    report.note(
        "Throughput: two servers, each with a PostgreSQL of its own, asked in turns by wrk with "
            + Load.CONNECTIONS
            + " connections; the processes of the other one are stopped meanwhile (SIGSTOP), since"
            + " the bundle works in the background also without requests; each round begins with "
            + SETTLING_SECONDS
            + " s that do not count. CPU: of Keycloak and PostgreSQL, a request.");
  }

  /** Compiled code for both, before the first figure: a JVM on two cores takes a minute for it. */
  private void warmUp(LedgerServer with, LedgerServer without) throws Exception {
    Progress.say("warming both servers up");
    List<String> forms = List.of(LedgerServer.clientCredentials());
    Contender ours = new Contender(with, LedgerRealm.QUIET, forms);
    Contender theirs = new Contender(without, LedgerRealm.QUIET, forms);
    for (int i = 0; i < 2; i++) {
      round(ours, theirs, plan.count(30, 1));
      round(theirs, ours, plan.count(30, 1));
    }
  }

  private record Contender(LedgerServer server, LedgerRealm realm, List<String> forms) {}

  private record Round(double perSecond, double cpuMicros) {}

  private void compare(Report report, String what, Contender with, Contender without)
      throws Exception {
    round(with, without, plan.count(20, 3));
    round(without, with, plan.count(20, 3));
    List<Round> ours = new ArrayList<>();
    List<Round> theirs = new ArrayList<>();
    int rounds = plan.count(8, 2);
    for (int i = 1; i <= rounds; i++) {
      Progress.say(what + ", round " + i + " of " + rounds);
      ours.add(round(with, without, plan.count(8, 3)));
      theirs.add(round(without, with, plan.count(8, 3)));
    }
    Samples rateWith = Samples.of(ours.stream().map(Round::perSecond).toList());
    Samples rateWithout = Samples.of(theirs.stream().map(Round::perSecond).toList());
    double lost = 1 - rateWith.median() / rateWithout.median();
    report.target(
        "Requests a second, " + what,
        Samples.number(rateWith.median(), 0)
            + " against "
            + Samples.number(rateWithout.median(), 0),
        rateWith.spread(0) + " against " + rateWithout.spread(0),
        "≤ 10 % lost",
        Samples.number(lost * 100, 1) + " % lost",
        Bound.atMost(lost, MOST_LOST));
    Samples cpuWith = Samples.of(ours.stream().map(Round::cpuMicros).toList());
    Samples cpuWithout = Samples.of(theirs.stream().map(Round::cpuMicros).toList());
    report.figure(
        "CPU a request, " + what,
        Samples.number(cpuWith.median(), 0)
            + " µs against "
            + Samples.number(cpuWithout.median(), 0)
            + " µs ("
            + Samples.number((cpuWith.median() / cpuWithout.median() - 1) * 100, 1)
            + " % more)",
        cpuWith.spread(0) + " against " + cpuWithout.spread(0));
  }

  private Round round(Contender contender, Contender other, int seconds) throws Exception {
    try (Frozen frozen = Frozen.freeze(processes(other.server()))) {
      // It has been stopped itself: what it has to make up for is not measured.
      load(contender, SETTLING_SECONDS);
      double before = CpuTime.seconds(processes(contender.server()));
      Load.Result result = load(contender, seconds);
      double cpu = CpuTime.seconds(processes(contender.server())) - before;
      frozen.check();
      return new Round(result.perSecond(), cpu / result.requests() * 1e6);
    }
  }

  private static List<Long> processes(LedgerServer server) {
    return List.of(server.pid(), server.database().pid());
  }

  private Load.Result load(Contender contender, int seconds) throws Exception {
    return load.run(
        contender.server().endpoint(contender.realm(), "token"), contender.forms(), seconds);
  }

  private static List<String> refreshes(LedgerServer server, LedgerRealm realm) throws Exception {
    List<String> forms = new ArrayList<>();
    for (int user = 0; user < LedgerRealm.USERS; user++) {
      forms.add(LedgerServer.refresh(server.login(realm, user).get("refresh_token").asText()));
    }
    return forms;
  }
}

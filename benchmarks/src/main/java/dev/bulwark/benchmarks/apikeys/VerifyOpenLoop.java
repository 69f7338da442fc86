package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Verifications that arrive at half the rate that the machine can serve. */
final class VerifyOpenLoop implements Measurement {

  private static final double LOAD = 0.5;
  private static final double MOST_SECONDS = 0.001;
  private static final double PART = 0.99;

  private final Plan plan;

  VerifyOpenLoop(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "open-loop";
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing("Verifications at half the capacity", "wrk is not installed");
      return;
    }
    try (LocalRedis redis = LocalRedis.start(0);
        KeyServer server =
            KeyServer.start(
                plan,
                "benchmark-keys-open-loop",
                redis.url(),
                KeyServer.IN_USE,
                spec -> spec.option("http-metrics-slos", "1,2,5,10,20,50,100"))) {
      Samples capacity = capacity(server);
      double rate = Math.floor(capacity.median() * LOAD);
      OpenLoop load = load(server);
      Duration time = Duration.ofSeconds(plan.count(20, 4));
      load.run(rate, time, 0);
      List<Samples> fromArrival = new ArrayList<>();
      List<Samples> fromSending = new ArrayList<>();
      List<HttpTimes> atServer = new ArrayList<>();
      int rounds = plan.count(8, 2);
      for (int i = 1; i <= rounds; i++) {
        Progress.say("open loop, round " + i + " of " + rounds);
        HttpTimes before = server.httpTimes();
        OpenLoop.Result result = load.run(rate, time, i);
        atServer.add(server.httpTimes().since(before));
        fromArrival.add(result.fromArrival());
        fromSending.add(result.fromSending());
      }
      report(report, capacity, rate, atServer);
      report.figure(
          "The same at the caller, from the fixed arrival to the end of the answer: p50, p99, p99.9",
          quantile(fromArrival, 0.5)
              + ", "
              + quantile(fromArrival, PART)
              + ", "
              + quantile(fromArrival, 0.999),
          "p99: " + each(fromArrival, PART).spread(2));
      report.figure(
          "The same at the caller, from the sending: p50, p99",
          quantile(fromSending, 0.5) + ", " + quantile(fromSending, PART),
          "p99: " + each(fromSending, PART).spread(2));
    }
  }

  /** Requests a second with all connections always busy. */
  private Samples capacity(KeyServer server) throws Exception {
    KeyLoad load = Loads.verify(plan, server);
    for (int i = 0; i < 2; i++) {
      load.run(plan.count(12, 3));
    }
    List<Double> rates = new ArrayList<>();
    for (int i = 0; i < plan.count(5, 2); i++) {
      rates.add(load.run(plan.count(8, 3)).perSecond());
    }
    return Samples.of(rates);
  }

  private static OpenLoop load(KeyServer server) {
    URI url = URI.create(server.url());
    return new OpenLoop(
        url,
        server.keys().stream()
            .map(key -> KeyLoad.Request.verify(key, Map.of()).bytes(url.getAuthority()))
            .toList());
  }

  private static void report(
      Report report, Samples capacity, double rate, List<HttpTimes> atServer) {
    Samples shares =
        Samples.of(atServer.stream().map(times -> times.share(MOST_SECONDS) * 100).toList());
    Samples p99 = Samples.of(atServer.stream().map(times -> times.quantile(PART) * 1000).toList());
    double requests = atServer.stream().mapToDouble(HttpTimes::requests).sum();
    report.figure(
        "Verifications a second that this machine can serve, with "
            + KeyLoad.CONNECTIONS
            + " connections always busy",
        Samples.number(capacity.median(), 0),
        capacity.spread(0));
    report.target(
        "Verifications at half of that, "
            + Samples.number(rate, 0)
            + " a second at fixed times: service time at the server, p99",
        "at most " + Samples.number(p99.median(), 0) + " ms",
        Samples.number(requests, 0) + " requests; within 1 ms: " + shares.spread(2) + " %",
        "≤ 1 ms",
        Samples.number(shares.median(), 2) + " % within 1 ms",
        shares.median() >= PART * 100);
  }

  private static Samples each(List<Samples> runs, double part) {
    return Samples.of(runs.stream().map(run -> run.quantile(part)).toList());
  }

  private static String quantile(List<Samples> runs, double part) {
    return Samples.number(each(runs, part).median(), 2) + " ms";
  }
}

package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.MachineTime;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Verifications that arrive at fixed times, at parts of the rate that the machine can serve. */
final class VerifyOpenLoop implements Measurement {

  private static final List<Double> LOADS = List.of(0.1, 0.2, 0.3, 0.5);

  /** The one that has a target. */
  private static final double LOAD = 0.5;

  private static final double MOST_SECONDS = 0.001;
  private static final double PART = 0.99;

  /**
   * A rate that is higher than all before by no more is that of a server whose code is compiled.
   */
  private static final double STEADY = 1.02;

  private static final int MOST_WARM_UPS = 20;
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private final Plan plan;

  VerifyOpenLoop(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "open-loop";
  }

  /**
   * One load.
   *
   * @param atServer service times of each round
   * @param fromArrival times at the caller, milliseconds
   * @param busy part of the machine's processors, 0 to 1
   */
  private record Seen(List<HttpTimes> atServer, List<Samples> fromArrival, List<Double> busy) {

    Seen() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
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
      OpenLoop load = load(server);
      Duration time = Duration.ofSeconds(plan.count(10, 3));
      // The code of the caller, too.
      for (double part : LOADS) {
        load.run(capacity.median() * part, time, 0);
      }
      Map<Double, Seen> all = new LinkedHashMap<>();
      LOADS.forEach(part -> all.put(part, new Seen()));
      int rounds = plan.count(8, 2);
      for (int i = 1; i <= rounds; i++) {
        Progress.say("open loop, round " + i + " of " + rounds);
        for (Map.Entry<Double, Seen> one : all.entrySet()) {
          round(server, load, rate(capacity, one.getKey()), time, i, one.getValue());
        }
      }
      report.figure(
          "Verifications a second that this machine can serve, with "
              + KeyLoad.CONNECTIONS
              + " connections always busy",
          Samples.number(capacity.median(), 0),
          capacity.spread(0));
      all.forEach((part, seen) -> report(report, part, rate(capacity, part), seen));
    }
  }

  private static void round(
      KeyServer server, OpenLoop load, double rate, Duration time, int seed, Seen seen)
      throws Exception {
    HttpTimes before = server.httpTimes();
    MachineTime busy = MachineTime.now();
    long began = System.nanoTime();
    Samples times = load.run(rate, time, seed);
    double seconds = (System.nanoTime() - began) / 1e9;
    seen.busy().add(MachineTime.now().since(busy).busy() / seconds / PROCESSORS);
    seen.atServer().add(server.httpTimes().since(before));
    seen.fromArrival().add(times);
  }

  private static double rate(Samples capacity, double part) {
    return Math.floor(capacity.median() * part);
  }

  /** Requests a second with all connections always busy, once they no longer become more. */
  private Samples capacity(KeyServer server) throws Exception {
    KeyLoad load = Loads.verify(plan, server);
    double best = 0;
    int since = 0;
    for (int i = 0; i < plan.count(MOST_WARM_UPS, 2) && since < 3; i++) {
      double rate = load.run(plan.count(12, 3)).perSecond();
      Progress.say("warming up, " + Samples.number(rate, 0) + " a second");
      since = rate > best * STEADY ? 0 : since + 1;
      best = Math.max(best, rate);
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

  private static void report(Report report, double part, double rate, Seen seen) {
    Samples shares =
        Samples.of(seen.atServer().stream().map(times -> times.share(MOST_SECONDS) * 100).toList());
    Samples p99 =
        Samples.of(seen.atServer().stream().map(times -> times.quantile(PART) * 1000).toList());
    double requests = seen.atServer().stream().mapToDouble(HttpTimes::requests).sum();
    String what =
        "Verifications at %s %% of that, %s a second at fixed times, processors %s %% busy: "
            .formatted(
                Samples.number(part * 100, 0),
                Samples.number(rate, 0),
                Samples.number(Samples.of(seen.busy()).median() * 100, 0));
    String figure = what + "service time at the server, p99";
    String median = "at most " + Samples.number(p99.median(), 0) + " ms";
    String spread =
        Samples.number(requests, 0) + " requests; within 1 ms: " + shares.spread(2) + " %";
    if (part == LOAD) {
      report.target(
          figure,
          median,
          spread,
          "≤ 1 ms",
          Samples.number(shares.median(), 2) + " % within 1 ms",
          shares.median() >= PART * 100);
    } else {
      report.figure(figure, median, spread);
    }
    report.figure(
        what + "time at the caller, p50, p99, p99.9",
        quantile(seen, 0.5) + ", " + quantile(seen, PART) + ", " + quantile(seen, 0.999),
        "p99: " + each(seen, PART).spread(2));
  }

  private static Samples each(Seen seen, double part) {
    return Samples.of(seen.fromArrival().stream().map(run -> run.quantile(part)).toList());
  }

  private static String quantile(Seen seen, double part) {
    return Samples.number(each(seen, part).median(), 2) + " ms";
  }
}

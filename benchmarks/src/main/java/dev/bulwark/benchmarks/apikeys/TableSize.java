package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;
import java.util.ArrayList;
import java.util.List;

/** Two servers alike but for the number of keys in their tables, asked in turns. */
final class TableSize implements Measurement {

  private static final double MOST_MORE = 0.10;

  private final Plan plan;

  TableSize(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "table";
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing("Verification in a large table", "wrk is not installed");
      return;
    }
    int many = plan.count(1_000_000, 20_000);
    try (LocalRedis redis = LocalRedis.start(0);
        KeyServer small =
            KeyServer.start(plan, "benchmark-keys-small", redis.url(), KeyServer.IN_USE);
        KeyServer large = KeyServer.start(plan, "benchmark-keys-large", redis.url(), many)) {
      String rows = large.database().sql("SELECT count(*) FROM bulwark_api_key");
      Progress.say(rows + " keys are in the large table");
      compare(report, "known keys", many, Loads.verify(plan, small), Loads.verify(plan, large));
      List<String> unknown = UnknownKeys.wellFormed(plan.count(100_000, 5_000));
      compareRefused(
          report,
          "unknown keys, one read each",
          many,
          UnknownKeys.load(plan, small, "unknown", unknown),
          UnknownKeys.load(plan, large, "unknown", unknown));
    }
  }

  private void compare(Report report, String what, int many, KeyLoad small, KeyLoad large)
      throws Exception {
    rounds(report, what, many, small::run, large::run);
  }

  private void compareRefused(Report report, String what, int many, KeyLoad small, KeyLoad large)
      throws Exception {
    rounds(report, what, many, small::runRefused, large::runRefused);
  }

  private interface Run {
    KeyLoad.Result run(int seconds) throws Exception;
  }

  private void rounds(Report report, String what, int many, Run small, Run large) throws Exception {
    List<Double> few = new ArrayList<>();
    List<Double> all = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      small.run(plan.count(15, 3));
      large.run(plan.count(15, 3));
    }
    int rounds = plan.count(12, 2);
    for (int i = 1; i <= rounds; i++) {
      Progress.say(what + ", round " + i + " of " + rounds);
      if (i % 2 == 0) {
        few.add(small.run(plan.count(6, 3)).p99Millis());
        all.add(large.run(plan.count(6, 3)).p99Millis());
      } else {
        all.add(large.run(plan.count(6, 3)).p99Millis());
        few.add(small.run(plan.count(6, 3)).p99Millis());
      }
    }
    Samples smallP99 = Samples.of(few);
    Samples largeP99 = Samples.of(all);
    double more = largeP99.median() / smallP99.median() - 1;
    report.target(
        "p99 of a verification, "
            + what
            + ": "
            + Samples.number(many, 0)
            + " keys in the table against 1,000",
        Samples.number(largeP99.median(), 2)
            + " ms against "
            + Samples.number(smallP99.median(), 2)
            + " ms",
        largeP99.spread(2) + " against " + smallP99.spread(2),
        "≤ 10 % more",
        Samples.number(more * 100, 1) + " %",
        Bound.atMost(more, MOST_MORE));
  }
}

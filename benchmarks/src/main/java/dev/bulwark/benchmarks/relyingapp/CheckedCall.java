package dev.bulwark.benchmarks.relyingapp;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the question to Redis adds to a call of the API: two apps that differ in nothing else, and
 * Redis itself, in turns.
 */
final class CheckedCall implements Measurement {

  private static final double MOST = 1.3;

  private final Plan plan;

  CheckedCall(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "checked-call";
  }

  /**
   * One round of calls.
   *
   * @param checked median time in microseconds of a call, the app asks Redis
   * @param unchecked the same, it does not
   * @param redis the same of a question to Redis alone, by the thread that calls
   */
  private record Round(double checked, double unchecked, double redis) {

    double added() {
      return checked - unchecked;
    }
  }

  @Override
  public void measure(Report report) throws Exception {
    List<Round> rounds = new ArrayList<>();
    int calls = plan.count(3_000, 100);
    try (AppPair apps = AppPair.start(plan)) {
      // Compiled in all three processes by then.
      round(apps, plan.count(20_000, 200));
      requireOneQuestion(apps);
      int count = plan.count(15, 3);
      for (int i = 1; i <= count; i++) {
        Progress.say("calls with and without the check, round " + i + " of " + count);
        rounds.add(round(apps, calls));
      }
    }
    Samples redis = Samples.of(rounds.stream().map(Round::redis).toList());
    Samples added = Samples.of(rounds.stream().map(Round::added).toList());
    report.figure("One EXISTS, as Jedis asks it", micros(redis), redis.spread(1));
    // Of each round: both differ by half between one round and the next on a virtual machine.
    Samples ratio = Samples.of(rounds.stream().map(r -> r.added() / r.redis()).toList());
    double times = ratio.median();
    report.target(
        "GET /api/tasks with the check, p50 of a round",
        micros(Samples.of(rounds.stream().map(Round::checked).toList()))
            + " against "
            + micros(Samples.of(rounds.stream().map(Round::unchecked).toList()))
            + " without",
        "added: " + added.spread(1) + "; round trips: " + ratio.spread(2),
        "≤ 1.3 round trips more",
        micros(added) + " more, " + Samples.number(times, 2) + " round trips",
        Bound.atMost(times, MOST));
  }

  private static String micros(Samples samples) {
    return Samples.number(samples.median(), 1) + " µs";
  }

  /** Otherwise it would not be this that is measured. */
  private static void requireOneQuestion(AppPair apps) throws IOException {
    long before = apps.questions();
    apps.unchecked();
    long between = apps.questions();
    apps.checked();
    long after = apps.questions();
    if (between != before || after != between + 1) {
      throw new IllegalStateException(
          "Redis was asked "
              + (between - before)
              + " times without the check and "
              + (after - between)
              + " times with it");
    }
  }

  private static Round round(AppPair apps, int calls) throws IOException {
    double[] checked = new double[calls];
    double[] unchecked = new double[calls];
    double[] redis = new double[calls];
    for (int i = 0; i < calls; i++) {
      if (i % 2 == 0) {
        checked[i] = apps.checked() / 1e3;
        unchecked[i] = apps.unchecked() / 1e3;
      } else {
        unchecked[i] = apps.unchecked() / 1e3;
        checked[i] = apps.checked() / 1e3;
      }
      redis[i] = apps.roundTrip() / 1e3;
    }
    return new Round(
        Samples.of(checked).median(), Samples.of(unchecked).median(), Samples.of(redis).median());
  }
}

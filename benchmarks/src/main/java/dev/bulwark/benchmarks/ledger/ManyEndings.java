package dev.bulwark.benchmarks.ledger;

import static org.awaitility.Awaitility.await;

import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import redis.clients.jedis.RedisClient;

/**
 * Measures how many session ends a second the leading node can repeat its search for: the sessions
 * end in the database, so no request does a part of the work.
 */
public final class ManyEndings implements Measurement {

  private static final Duration PATIENCE = Duration.ofMinutes(20);

  /** Until the last pass of an ending, and a little more. */
  private static final int PASSES = 75;

  /** The last of these seconds count: all passes take place in each of them. */
  private static final int COUNTED = 12;

  /** The watermark is 1.5 s behind its round, and renewed about once a second. */
  private static final double MOST_AGE = 10;

  private static final List<Integer> RATES = List.of(250, 500, 1_000, 2_000, 4_000, 8_000);

  private final Plan plan;

  /** A measurement by plan. */
  public ManyEndings(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "endings";
  }

  @Override
  public void measure(Report report) throws Exception {
    Size size = Size.of(plan);
    try (Variant variant =
            Variant.start(
                plan, "benchmark-endings", Kind.BUNDLE, Map.of(Variant.EVERYWHERE, "true"));
        RedisClient client = RedisClient.create(URI.create(variant.redisUrl()))) {
      Filling.fill(variant, size);
      EndedSessions ended = new EndedSessions(variant.database(), size);
      awaitTrue("Redis to be complete", () -> age(client) < MOST_AGE);
      atOnce(report, variant, client, ended);
      for (int rate : RATES) {
        double age = sustained(client, ended, plan.count(rate, rate / 10));
        report.figure(
            "%s session ends a second for %d s: age of the watermark at the end"
                .formatted(
                    Samples.number(plan.count(rate, rate / 10), 0), plan.count(PASSES, COUNTED)),
            age < MOST_AGE ? Samples.number(age, 1) + " s" : "**more than 10 s**",
            "longest of " + COUNTED + " s");
        Progress.say("age of the watermark: %.1f s".formatted(age));
        if (age >= MOST_AGE) {
          return;
        }
        awaitNone(ended);
      }
    }
  }

  private void atOnce(Report report, Variant variant, RedisClient client, EndedSessions ended)
      throws Exception {
    Progress.say("idle");
    int seconds = plan.count(30, 3);
    Cpu start = variant.cpu();
    Thread.sleep(seconds * 1000L);
    double idle = variant.cpu().since(start).sum() / seconds;

    long keys = client.dbSize() + ended.tokens();
    String what =
        "%s sessions with %s live tokens end at once: "
            .formatted(Samples.number(ended.count(), 0), Samples.number(ended.tokens(), 0));
    Progress.say(what);
    Cpu before = variant.cpu();
    ended.end();
    long began = System.nanoTime();
    long time = System.currentTimeMillis();
    awaitTrue("all keys", () -> client.dbSize() >= keys);
    double pushed = seconds(began);
    awaitTrue("Redis to be complete", () -> complete(client) >= time);
    double complete = seconds(began);
    awaitNone(ended);
    Progress.say("in Redis after %.1f s, complete after %.1f s".formatted(pushed, complete));
    double cpu = variant.cpu().since(before).sum() - idle * seconds(began);
    report.figure(what + "all in Redis", Samples.number(pushed, 1) + " s", "–");
    report.figure(what + "`revocation:complete` passes", Samples.number(complete, 1) + " s", "–");
    report.figure(
        what + "CPU of Keycloak, PostgreSQL and Redis for each, all passes",
        Samples.number(cpu / ended.count() * 1e6, 0) + " µs",
        "idle subtracted");
  }

  /** The greatest age of the watermark in the last seconds of a load, seconds. */
  private double sustained(RedisClient client, EndedSessions ended, int rate)
      throws InterruptedException {
    Progress.say(rate + " session ends a second");
    long began = System.nanoTime();
    int all = plan.count(PASSES, COUNTED);
    double longest = 0;
    for (int second = 0; second < all; second++) {
      ended.endAgain(rate);
      double left = second + 1 - seconds(began);
      Thread.sleep(Math.max(0, (long) (left * 1000)));
      if (second >= all - COUNTED) {
        longest = Math.max(longest, age(client));
      }
    }
    return longest;
  }

  private static double age(RedisClient client) {
    return (System.currentTimeMillis() - complete(client)) / 1e3;
  }

  private static long complete(RedisClient client) {
    String value = client.get("revocation:complete");
    return value == null ? 0 : Long.parseLong(value);
  }

  private static void awaitNone(EndedSessions ended) {
    await("the last pass of all endings")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(5))
        .until(ended::areDone);
  }

  private static void awaitTrue(String what, BooleanSupplier condition) {
    await(what)
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(condition::getAsBoolean);
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}

package dev.bulwark.checker;

import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import redis.clients.jedis.RedisClient;

/**
 * One check against one plain EXISTS on the same server, from one thread, in alternating rounds, so
 * that what slows the machine slows both; and its CPU time, which other programs of the machine
 * hardly change. {@code benchmarks/checkers} runs it beside those of Python and Node.
 */
public final class CheckerRoundTripBenchmark {

  private static final int WARM_UP = 10;
  private static final int ROUNDS = 31;
  private static final int CALLS = 2_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private CheckerRoundTripBenchmark() {}

  /** Prints a table. */
  public static void main(String[] arguments) {
    System.out.printf(
        "Java %s, Jedis, %d rounds; median (quartiles)%n%n"
            + "| what | measured | promised |%n|---|---|---|%n",
        System.getProperty("java.version"), ROUNDS);
    try (RedisProcess redis = RedisProcess.start();
        RedisClient plain = RedisClient.create("127.0.0.1", redis.port())) {
      compare(
          redis,
          "fail closed",
          plain,
          JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()),
          CheckerOptions.failClosed());
      compare(
          redis,
          "bounded staleness",
          plain,
          JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()),
          CheckerOptions.boundedStaleness(java.time.Duration.ofMinutes(1)));
      compare(
          redis,
          "near cache, 1,000 tokens",
          plain,
          JedisAccess.standalone(
              "127.0.0.1", redis.port(), JedisSettings.builder().nearCacheSize(10_000).build()),
          CheckerOptions.failClosed());
    }
  }

  private static void compare(
      RedisProcess redis,
      String name,
      RedisClient plain,
      JedisAccess access,
      CheckerOptions options) {
    try (RevocationChecker checker = new RevocationChecker(access, options)) {
      Consumer<String> exists =
          jti -> {
            if (plain.exists("revoked:" + jti)) {
              throw new IllegalStateException("revoked");
            }
          };
      Consumer<String> check =
          jti -> {
            if (checker.check(RedisProcess.token(jti)) != Verdict.LIVE) {
              throw new IllegalStateException("revoked, or not fed: " + checker.status());
            }
          };
      double[] existsMicros = new double[ROUNDS];
      double[] checkMicros = new double[ROUNDS];
      double[] cpuMicros = new double[ROUNDS];
      double[] ratios = new double[ROUNDS];
      for (int round = -WARM_UP; round < ROUNDS; round++) {
        redis.feed();
        boolean existsFirst = (round & 1) == 0;
        double first = time(existsFirst ? exists : check);
        double second = time(existsFirst ? check : exists);
        long cpu = THREADS.getCurrentThreadCpuTime();
        time(check);
        cpu = THREADS.getCurrentThreadCpuTime() - cpu;
        if (round >= 0) {
          existsMicros[round] = existsFirst ? first : second;
          checkMicros[round] = existsFirst ? second : first;
          cpuMicros[round] = cpu / 1000.0 / CALLS;
          ratios[round] = checkMicros[round] / existsMicros[round];
        }
      }
      row("round trip of Jedis (`exists`) beside it, µs", existsMicros, 1);
      row("check, " + name + ", in round trips of Jedis", ratios, 2);
      row("CPU time of a check, " + name + ", µs", cpuMicros, 1);
    }
  }

  /** Mean of one round, microseconds. */
  private static double time(Consumer<String> call) {
    long began = System.nanoTime();
    for (int i = 0; i < CALLS; i++) {
      call.accept("onrtac:0f7e6a4c-8d11-4a53-9a63-" + (100_000 + i % 1000));
    }
    return (System.nanoTime() - began) / 1000.0 / CALLS;
  }

  private static void row(String what, double[] values, int digits) {
    String number = "%." + digits + "f";
    System.out.printf(
        Locale.ROOT,
        "| %s | " + number + " (" + number + " to " + number + ") | |%n",
        what,
        quantile(values, 0.5),
        quantile(values, 0.25),
        quantile(values, 0.75));
  }

  private static double quantile(double[] values, double q) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.round(q * (sorted.length - 1))];
  }
}

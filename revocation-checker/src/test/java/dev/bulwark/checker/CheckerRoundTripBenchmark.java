package dev.bulwark.checker;

import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import redis.clients.jedis.RedisClient;

/**
 * One check against one plain EXISTS on the same server, from one thread, in alternating rounds, so
 * that what slows the machine slows both. Run it with exec-maven-plugin's {@code java} goal.
 */
public final class CheckerRoundTripBenchmark {

  private static final int WARM_UP = 10;
  private static final int ROUNDS = 41;
  private static final int CALLS = 5_000;

  private CheckerRoundTripBenchmark() {}

  /** Prints a table. */
  public static void main(String[] arguments) {
    try (RedisProcess redis = RedisProcess.start();
        RedisClient plain = RedisClient.create("127.0.0.1", redis.port())) {
      redis.feed();
      compare(
          "check",
          plain,
          JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()),
          CheckerOptions.failClosed());
      redis.feed();
      compare(
          "check, bounded staleness",
          plain,
          JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()),
          CheckerOptions.boundedStaleness(java.time.Duration.ofMinutes(1)));
      redis.feed();
      compare(
          "check, near-cache",
          plain,
          JedisAccess.standalone(
              "127.0.0.1", redis.port(), JedisSettings.builder().nearCacheSize(10_000).build()),
          CheckerOptions.failClosed());
    }
  }

  private static void compare(
      String name, RedisClient plain, JedisAccess access, CheckerOptions options) {
    try (RevocationChecker checker = new RevocationChecker(access, options)) {
      Consumer<String> exists =
          jti -> {
            if (plain.exists("revoked:" + jti)) {
              throw new IllegalStateException("revoked");
            }
          };
      Consumer<String> check =
          jti -> {
            if (checker.check(jti, null) != Verdict.LIVE) {
              throw new IllegalStateException("revoked, or not fed: " + checker.status());
            }
          };
      double[] existsMicros = new double[ROUNDS];
      double[] checkMicros = new double[ROUNDS];
      double[] ratios = new double[ROUNDS];
      for (int round = -WARM_UP; round < ROUNDS; round++) {
        boolean existsFirst = (round & 1) == 0;
        double first = time(existsFirst ? exists : check);
        double second = time(existsFirst ? check : exists);
        if (round >= 0) {
          existsMicros[round] = existsFirst ? first : second;
          checkMicros[round] = existsFirst ? second : first;
          ratios[round] = checkMicros[round] / existsMicros[round];
        }
      }
      System.out.printf(
          Locale.ROOT,
          "%-26s EXISTS %.1f us, check %.1f us, ratio %.3f (quartiles %.3f to %.3f)%n",
          name,
          quantile(existsMicros, 0.5),
          quantile(checkMicros, 0.5),
          quantile(ratios, 0.5),
          quantile(ratios, 0.25),
          quantile(ratios, 0.75));
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

  private static double quantile(double[] values, double q) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.round(q * (sorted.length - 1))];
  }
}

package dev.bulwark.redis;

import java.util.Locale;
import redis.clients.jedis.exceptions.JedisException;

/** Says which option to look at when Redis cannot be used. */
final class RedisAdvice {

  /** Between the failure and the options. */
  static final String CHECK = "; check ";

  private RedisAdvice() {}

  /** The failure in one line, with the option that is likely to be wrong. */
  static String describe(JedisException failure, RedisConfig config) {
    String error = RedisFailures.describe(failure);
    String options = options(error, failure instanceof Sentinels.SentinelException, config);
    return options.isEmpty() ? error : error + CHECK + options;
  }

  private static String options(String error, boolean sentinel, RedisConfig config) {
    String lower = error.toLowerCase(Locale.ROOT);
    if (lower.contains("wrongpass") || lower.contains("noauth") || lower.contains("err auth")) {
      return sentinel
          ? option("sentinel-username") + " and " + option("sentinel-password")
          : option("username") + " and " + option("password");
    }
    if (lower.contains("subject alternative") || lower.contains("no name matching")) {
      return option("tls-verify-hostname") + ": the certificate bears another name";
    }
    if (lower.contains("pkix") || lower.contains("certificate") || lower.contains("ssl")) {
      return option("tls-ca-file");
    }
    if (!config.url().startsWith("rediss")
        && (lower.contains("connection reset") || lower.contains("end of stream"))) {
      return option("url") + ": a port that speaks TLS needs rediss";
    }
    return sentinel ? option("url") : "";
  }

  private static String option(String name) {
    return RedisConfig.OPTION_PREFIX + name;
  }
}

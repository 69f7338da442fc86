package dev.bulwark.redis.client;

import dev.bulwark.redis.topology.RedisConfig;
import dev.bulwark.redis.topology.RedisFailures;
import dev.bulwark.redis.topology.Sentinels;
import java.util.Locale;
import redis.clients.jedis.exceptions.JedisException;

/** Says which option to look at when Redis cannot be used. */
final class RedisAdvice {

  private RedisAdvice() {}

  /**
   * The options that are likely to be wrong.
   *
   * @param error the failure as {@link RedisFailures#describe} describes it
   * @return empty if no option is suspect
   */
  static String options(JedisException failure, String error, RedisConfig config) {
    boolean sentinel = failure instanceof Sentinels.SentinelException;
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

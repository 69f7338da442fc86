package dev.bulwark.redis.topology;

import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Asks the Sentinels before Jedis does: its own answer to a wrong password or authority is "all
 * sentinels down", and it logs a stack trace for each Sentinel at each attempt.
 */
public final class Sentinels {

  private Sentinels() {}

  /**
   * Returns when a Sentinel knows the group of the URL.
   *
   * @throws JedisException with the first reason, if none does
   */
  static void requireGroup(RedisUrl url, JedisClientConfig config) {
    @Nullable String firstReason = null;
    @Nullable JedisException firstFailure = null;
    for (HostAndPort address : url.hosts()) {
      String reason;
      try (Jedis sentinel = new Jedis(address, config)) {
        List<String> primary = sentinel.sentinelGetMasterAddrByName(url.masterName());
        if (primary != null && primary.size() == 2) {
          return;
        }
        reason = "it does not know the group '" + url.masterName() + "'";
      } catch (JedisException e) {
        reason = RedisFailures.describe(e);
        firstFailure = firstFailure == null ? e : firstFailure;
      }
      firstReason = firstReason == null ? "Sentinel " + address + ": " + reason : firstReason;
    }
    throw new SentinelException(String.valueOf(firstReason), firstFailure);
  }

  /** No Sentinel names a primary. */
  public static final class SentinelException extends JedisException {

    private static final long serialVersionUID = 1L;

    SentinelException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}

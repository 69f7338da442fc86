package dev.bulwark.checker;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys of the Redis to which Keycloak writes, for a {@link RevocationChecker}. {@code
 * dev.bulwark.checker.jedis.JedisAccess} implements it with Jedis, {@code
 * dev.bulwark.checker.springdata.SpringDataAccess} with Spring Data Redis; an application can
 * implement it with any other client.
 *
 * <p>An implementation is thread-safe, bounds every wait, and contacts Redis only when it is asked,
 * so that an application starts without Redis. Every failure of Redis is a {@link
 * RedisUnavailableException}; any other exception leaves the check. The watch over a cluster or a
 * near-cache goes on after it.
 */
public interface RedisAccess extends AutoCloseable {

  /**
   * Reads keys by one {@code MGET}, which Redis runs atomically. In a cluster the keys have the
   * same hash slot.
   *
   * @return one value for each key, in order; null where there is none
   * @throws RedisUnavailableException if Redis does not answer in time, or answers with an error
   */
  List<@Nullable String> mget(List<String> keys);

  /**
   * Whether a key exists. Only this answer may come from a near-cache.
   *
   * @throws RedisUnavailableException if Redis does not answer in time, or answers with an error
   */
  boolean exists(String key);

  /** Longest time that one call may take to connect and to ask. */
  Duration longestAttempt();

  /** Whether this is a Redis Cluster, where a token and the watermark are on different nodes. */
  default boolean isClustered() {
    return false;
  }

  /**
   * Returns, for each primary of a cluster, the lowest hash slot that it serves. Called only if
   * {@link #isClustered()}.
   *
   * @return 0 to 16383 each
   * @throws RedisUnavailableException if a slot is not served, or nobody can tell
   */
  default List<Integer> lowestSlots() {
    throw new UnsupportedOperationException("not a cluster");
  }

  /** Whether {@link #exists} answers from a cache of this process. */
  default boolean isNearCached() {
    return false;
  }

  /** Empties the near-cache, if there is one. */
  default void clearNearCache() {}

  /** Drops idle connections: those from before an outage are dead, and would fail the next call. */
  default void dropIdleConnections() {}

  @Override
  void close();
}

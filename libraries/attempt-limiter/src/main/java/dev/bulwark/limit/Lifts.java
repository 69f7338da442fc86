package dev.bulwark.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bulwark.redis.RedisUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Windows that an administrator has emptied. Redis holds those of the last hour, so that a node
 * that refuses an attempt by its own count learns of them: it asks once a second for each realm at
 * most. Thread-safe.
 */
final class Lifts {

  /** As long as the longest window. */
  private static final Duration RETENTION = Duration.ofHours(1);

  private static final Duration QUERY_INTERVAL = Duration.ofSeconds(1);
  private static final int MAX_REALMS = 10_000;

  private final LocalLimiter local;
  private final RedisLimiter redis;
  private final Cache<String, Boolean> recentQueries;

  Lifts(LocalLimiter local, RedisLimiter redis) {
    this.local = local;
    this.redis = redis;
    this.recentQueries =
        Caffeine.newBuilder()
            .maximumSize(MAX_REALMS)
            .expireAfterWrite(QUERY_INTERVAL)
            .ticker(local.ticker())
            .build();
  }

  /**
   * Tells the other nodes that windows of one realm were emptied, and empties them in Redis.
   *
   * @throws RedisUnavailableException if Redis does not answer
   */
  void publish(List<String> keys) {
    String lifts = keys.isEmpty() ? null : LimitKeys.liftsOf(keys.get(0));
    if (lifts == null) {
      throw new IllegalArgumentException("no windows of a realm: " + keys);
    }
    redis.lift(lifts, keys, RETENTION);
  }

  /**
   * Empties on this node what another has emptied.
   *
   * @return whether a window of the attempt was among it, so that it may no longer be full
   */
  boolean apply(Attempt attempt) {
    String lifts = liftsOf(attempt);
    if (lifts == null
        || !redis.connection().isAvailable()
        || recentQueries.asMap().putIfAbsent(lifts, Boolean.TRUE) != null) {
      return false;
    }
    boolean own = false;
    try {
      for (Map.Entry<String, Duration> lift : redis.lifts(lifts).entrySet()) {
        boolean lifted = local.lift(lift.getKey(), lift.getValue());
        own |= lifted && attempt.keys().contains(lift.getKey());
      }
    } catch (RedisUnavailableException e) {
      // This node goes on by its own count; the next attempt reports that Redis is away.
    }
    return own;
  }

  private static @Nullable String liftsOf(Attempt attempt) {
    return attempt.keys().stream().findFirst().map(LimitKeys::liftsOf).orElse(null);
  }
}

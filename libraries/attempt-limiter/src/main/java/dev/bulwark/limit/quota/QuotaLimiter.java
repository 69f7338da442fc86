package dev.bulwark.limit.quota;

import dev.bulwark.limit.script.RedisOutage;
import dev.bulwark.limit.script.Script;
import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisUnavailableException;
import java.util.List;

/**
 * Counts requests against quotas: over all nodes in Redis, in one script for each request, and on
 * this node alone while Redis is unreachable. Thread-safe.
 */
public final class QuotaLimiter {

  private final RedisConnection redis;
  private final LocalQuotas local;
  private final RedisOutage outage;

  /**
   * A limiter of its own windows.
   *
   * @param requests what is limited, for the log: {@code Requests with API keys}
   */
  public QuotaLimiter(String requests, LocalQuotas local, RedisConnection redis) {
    this.redis = redis;
    this.local = local;
    this.outage = new RedisOutage(requests, redis);
  }

  /** Counts a request, unless its window is used up. Never throws for want of Redis. */
  public QuotaDecision take(String key, Quota quota) {
    try {
      QuotaDecision everywhere = count(key, quota);
      outage.callSucceeded();
      local.note(key, quota, everywhere);
      return everywhere;
    } catch (RedisUnavailableException e) {
      outage.callFailed(e);
      return local.take(key, quota);
    }
  }

  private QuotaDecision count(String key, Quota quota) {
    List<String> arguments =
        List.of(Integer.toString(quota.requests()), Long.toString(quota.window().toMillis()));
    List<?> answer = Script.QUOTA.runForList(redis, List.of(redis.key(key)), arguments);
    return new QuotaDecision(
        number(answer, 0) == 1,
        Math.toIntExact(number(answer, 1)),
        Math.max(1, number(answer, 2)),
        number(answer, 3) == 1);
  }

  private static long number(List<?> answer, int index) {
    return (Long) answer.get(index);
  }

  /** Whether this node counts alone because of an outage of Redis, as far as it knows. */
  public boolean isAlone() {
    return outage.isKnown();
  }
}

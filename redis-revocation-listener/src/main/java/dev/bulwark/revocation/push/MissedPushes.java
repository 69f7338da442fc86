package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisConnection;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the times at which this node may have ended a token without Redis: an outage began, or a
 * push failed. Thread-safe.
 */
public final class MissedPushes {

  private final RedisConnection redis;
  private final AtomicLong failed = new AtomicLong();

  /** Of a connection. */
  public MissedPushes(RedisConnection redis) {
    this.redis = redis;
  }

  /** Notes that a push failed, or was not tried. Where no Redis is configured, none is missed. */
  public void missed() {
    if (redis.isConfigured()) {
      failed.incrementAndGet();
    }
  }

  /**
   * Returns a number that grows with each of them. If it is the same at two times, and Redis was
   * available at the first, every push in between has reached Redis.
   */
  public long count() {
    return redis.outages() + failed.get();
  }
}

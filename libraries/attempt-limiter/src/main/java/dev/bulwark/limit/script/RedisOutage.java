package dev.bulwark.limit.script;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisUnavailableException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Logs once that Redis is away, and once that it is back. Where no Redis is configured, there is
 * nothing to log. Thread-safe.
 */
public final class RedisOutage {

  private static final Logger LOG = Logger.getLogger(RedisOutage.class);
  private static final Duration RECENT_OUTAGE = Duration.ofMinutes(1);

  private final String limited;
  private final RedisConnection redis;
  private final AtomicBoolean failing = new AtomicBoolean();
  private volatile long failedAt;

  /**
   * Creates one without an outage.
   *
   * @param limited what is limited, for the log
   */
  public RedisOutage(String limited, RedisConnection redis) {
    this.limited = limited;
    this.redis = redis;
  }

  /** A call of Redis has failed. */
  public void callFailed(RedisUnavailableException failure) {
    failedAt = System.nanoTime();
    if (redis.isConfigured() && failing.compareAndSet(false, true)) {
      LOG.warnf(
          "Redis is unreachable. %s are limited on this node only until it returns: %s",
          limited, failure.getMessage());
    }
  }

  /** A call of Redis has succeeded. */
  public void callSucceeded() {
    if (failing.get() && failing.compareAndSet(true, false)) {
      LOG.infof("%s are limited across all nodes again", limited);
    }
  }

  /**
   * Whether Redis is known to be away, or the last call failed less than a minute ago: without
   * calls nothing is known of it.
   */
  public boolean isKnown() {
    return redis.isAway()
        || failing.get() && System.nanoTime() - failedAt < RECENT_OUTAGE.toNanos();
  }
}

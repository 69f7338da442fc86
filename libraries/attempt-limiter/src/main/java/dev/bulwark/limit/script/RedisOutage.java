package dev.bulwark.limit.script;

import dev.bulwark.redis.RedisUnavailableException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Logs once that Redis is away, and once that it is back. Thread-safe. */
public final class RedisOutage {

  private static final Logger LOG = Logger.getLogger(RedisOutage.class);
  private static final Duration RECENT_OUTAGE = Duration.ofMinutes(1);

  private final String limited;
  private final AtomicBoolean failing = new AtomicBoolean();
  private volatile long failedAt;

  /**
   * Creates one without an outage.
   *
   * @param limited what is limited, for the log
   */
  public RedisOutage(String limited) {
    this.limited = limited;
  }

  /** A call of Redis has failed. */
  public void callFailed(RedisUnavailableException failure) {
    failedAt = System.nanoTime();
    if (failing.compareAndSet(false, true)) {
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

  /** Whether the last call failed, less than a minute ago. */
  public boolean isRecent() {
    return failing.get() && System.nanoTime() - failedAt < RECENT_OUTAGE.toNanos();
  }
}

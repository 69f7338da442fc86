package dev.bulwark.limit.script;

import dev.bulwark.redis.RedisUnavailableException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Logs once that Redis is away, and once that it is back. Thread-safe. */
public final class RedisOutage {

  private static final Logger LOG = Logger.getLogger(RedisOutage.class);
  private static final Duration RECENT = Duration.ofMinutes(1);

  private final String limited;
  private final AtomicBoolean seen = new AtomicBoolean();
  private volatile long seenAt;

  /**
   * Nothing has been seen.
   *
   * @param limited what is limited, for the log
   */
  public RedisOutage(String limited) {
    this.limited = limited;
  }

  /** A call of Redis has failed. */
  public void seen(RedisUnavailableException failure) {
    seenAt = System.nanoTime();
    if (seen.compareAndSet(false, true)) {
      LOG.warnf(
          "Redis is unreachable. %s are limited on this node only until it returns: %s",
          limited, failure.getMessage());
    }
  }

  /** A call of Redis has succeeded. */
  public void over() {
    if (seen.get() && seen.compareAndSet(true, false)) {
      LOG.infof("%s are limited across all nodes again", limited);
    }
  }

  /** Whether the last call failed, less than a minute ago. */
  public boolean isRecent() {
    return seen.get() && System.nanoTime() - seenAt < RECENT.toNanos();
  }
}

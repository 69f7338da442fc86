package dev.bulwark.ratelimit.window;

import dev.bulwark.redis.RedisUnavailableException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * The limit of all nodes, and while Redis is away that of this one. Thread-safe.
 *
 * <p>Every attempt counts on this node first. What this node has let through is part of what all
 * have, so that it never refuses what Redis would grant; it spares Redis and the database a flood
 * that comes to one node, and when Redis goes or comes the count of this node goes on.
 */
public final class SharedLimiter {

  private static final Logger LOG = Logger.getLogger(SharedLimiter.class);
  private static final Duration RECENT = Duration.ofMinutes(1);

  private final LocalLimiter local;
  private final RedisLimiter redis;
  private final PendingReturns pending = new PendingReturns();
  private final AtomicBoolean alone = new AtomicBoolean();
  private volatile long failedAt;

  public SharedLimiter(LocalLimiter local, RedisLimiter redis) {
    this.local = local;
    this.redis = redis;
  }

  /** Takes a slot in each window of the attempt, or in none. Never throws for want of Redis. */
  public Decision take(Attempt attempt) {
    Decision here = local.take(attempt);
    if (here instanceof Decision.Refused) {
      return here;
    }
    try {
      Decision everywhere = redis.take(attempt, pending.of(attempt));
      back();
      if (everywhere instanceof Decision.Refused) {
        local.giveBack(attempt);
      }
      return everywhere;
    } catch (RedisUnavailableException e) {
      away(e);
      return here;
    }
  }

  /** Whether this node knows that the address is refused; takes no slot and costs no round trip. */
  public Decision check(String addressKey, Limits limits) {
    return local.check(addressKey, limits);
  }

  /**
   * Gives the slots back on this node, at once; in Redis with the next attempt at the same address
   * or account here, if that comes before {@link #giveBackEverywhere}, which has to follow.
   */
  public void giveBackHere(Attempt attempt) {
    local.giveBack(attempt);
    pending.add(attempt);
  }

  /** Gives the slots back in Redis; false where it is away and they stay until the window ends. */
  public boolean giveBackEverywhere(Attempt attempt) {
    try {
      redis.giveBack(attempt);
      return true;
    } catch (RedisUnavailableException e) {
      return false;
    } finally {
      pending.remove(attempt);
    }
  }

  /** The slots stay in Redis until the window ends: too much is waiting. */
  public void keepEverywhere(Attempt attempt) {
    pending.remove(attempt);
  }

  /**
   * Whether Redis is known to be away, or did not count the last attempt, less than a minute ago:
   * without attempts nothing is known of it.
   */
  public boolean isAlone() {
    return !redis.isAvailable() || alone.get() && System.nanoTime() - failedAt < RECENT.toNanos();
  }

  private void away(RedisUnavailableException failure) {
    failedAt = System.nanoTime();
    if (alone.compareAndSet(false, true)) {
      LOG.warnf(
          "Login attempts are limited on this node alone until Redis is back: %s",
          failure.getMessage());
    }
  }

  private void back() {
    if (alone.get() && alone.compareAndSet(true, false)) {
      LOG.info("Login attempts are limited across all nodes again");
    }
  }
}

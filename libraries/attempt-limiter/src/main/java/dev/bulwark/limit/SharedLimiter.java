package dev.bulwark.limit;

import dev.bulwark.limit.script.RedisOutage;
import dev.bulwark.redis.RedisUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Limits attempts over all nodes, and on this node alone while Redis is unreachable. Thread-safe.
 *
 * <p>Every attempt counts on this node first. What this node has let through is part of what all
 * have, so it never rejects an attempt that Redis would accept. It protects Redis and the database
 * from a flood at one node. The count of this node continues when Redis fails or returns.
 */
public final class SharedLimiter {

  private static final Duration MARK_LIFE = Duration.ofMinutes(1);

  private final LocalLimiter local;
  private final RedisLimiter redis;
  private final Lifts lifts;
  private final PendingReturns pending = new PendingReturns();
  private final RedisOutage outage;

  /**
   * A limiter of its own windows.
   *
   * @param attempts what is limited, for the log: {@code Login attempts}
   */
  public SharedLimiter(String attempts, LocalLimiter local, RedisLimiter redis) {
    this.outage = new RedisOutage(attempts, redis.connection());
    this.local = local;
    this.redis = redis;
    this.lifts = new Lifts(local, redis);
  }

  /** Takes a slot in each window of a pool, or in none. Never throws for want of Redis. */
  public Decision take(Attempt attempt) {
    Decision here = local.take(attempt);
    if (here instanceof Decision.Refused && lifts.apply(attempt)) {
      here = local.take(attempt);
    }
    if (here instanceof Decision.Refused && !mayBeMarked(attempt)) {
      return here;
    }
    try {
      Decision everywhere = redis.take(attempt, pending.of(attempt));
      outage.callSucceeded();
      countAsRedis(attempt, here, everywhere);
      return everywhere;
    } catch (RedisUnavailableException e) {
      outage.callFailed(e);
      return here;
    }
  }

  /** Whether Redis may know of a mark that this node does not know of. */
  private boolean mayBeMarked(Attempt attempt) {
    return attempt.pools().stream()
        .anyMatch(pool -> pool.mark() != null && !local.isMarked(pool.mark()));
  }

  /** Counts on this node what Redis has counted. */
  private void countAsRedis(Attempt attempt, Decision here, Decision everywhere) {
    if (everywhere.equals(here)) {
      return;
    }
    if (here instanceof Decision.Granted) {
      local.giveBack(attempt);
    }
    if (everywhere instanceof Decision.Granted granted) {
      local.put(attempt, granted.pool());
      String mark = attempt.pools().get(granted.pool()).mark();
      if (mark != null) {
        local.mark(mark, MARK_LIFE);
      }
    }
  }

  /**
   * Whether this node knows that a window of the attempt is full; takes no slot, and costs no round
   * trip but one a second for refused attempts ({@link #lift}). For what is mostly right, and
   * counts only when it is wrong: {@link #takeLocally} and {@link #count} follow then.
   */
  public Decision check(Attempt attempt) {
    Decision here = local.check(attempt);
    return here instanceof Decision.Refused && lifts.apply(attempt) ? local.check(attempt) : here;
  }

  /** Counts an attempt that has failed on this node alone; refused where a window is full. */
  public Decision takeLocally(Attempt attempt) {
    return local.take(attempt);
  }

  /**
   * Counts an attempt that has failed for all nodes; it holds its slots on this node already. Where
   * the others have filled a window, this node knows from now on. Never throws for want of Redis.
   */
  public Decision count(Attempt attempt) {
    try {
      Decision everywhere = redis.take(attempt, Set.of());
      outage.callSucceeded();
      if (everywhere instanceof Decision.Refused refused) {
        local.close(attempt, refused);
      }
      return everywhere;
    } catch (RedisUnavailableException e) {
      outage.callFailed(e);
      return Decision.GRANTED;
    }
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

  /** The attempt has failed, as far as this node is concerned. */
  public void failHere(Attempt attempt) {
    local.fail(attempt);
  }

  /** The attempt has failed: its slots do not come back. False without Redis. */
  public boolean failEverywhere(Attempt attempt) {
    try {
      redis.fail(attempt);
      return true;
    } catch (RedisUnavailableException e) {
      return false;
    }
  }

  /** Sets a mark on this node. */
  public void markHere(String key, Duration life) {
    local.mark(key, life);
  }

  /** Sets a mark for all nodes. False without Redis. */
  public boolean markEverywhere(String key, Duration life) {
    try {
      redis.mark(key, life);
      return true;
    } catch (RedisUnavailableException e) {
      return false;
    }
  }

  /**
   * Empties windows of a realm: on this node at once, on each other node within a second of the
   * next attempt that it refuses.
   *
   * @return false without Redis: then other nodes go on refusing, and so does Redis when it is back
   */
  public boolean lift(List<String> keys) {
    keys.forEach(key -> local.lift(key, Duration.ZERO));
    try {
      lifts.publish(keys);
      return true;
    } catch (RedisUnavailableException e) {
      outage.callFailed(e);
      return false;
    }
  }

  /** The slots stay in Redis until the window ends: too much is waiting. */
  public void keepEverywhere(Attempt attempt) {
    pending.remove(attempt);
  }

  /** Whether this node counts alone because of an outage of Redis, as far as it knows. */
  public boolean isAlone() {
    return outage.isKnown();
  }
}

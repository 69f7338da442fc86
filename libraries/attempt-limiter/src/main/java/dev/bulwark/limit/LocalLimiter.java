package dev.bulwark.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Counts the attempts that come to this node. Bounded in memory: the keys that were used least give
 * way. Safe for use by several threads.
 */
public final class LocalLimiter {

  private final Ticker ticker;
  private final Cache<String, SlidingWindow> windows;
  private final Cache<String, Closed> closed;
  private final Cache<String, Long> marks;

  /** Other nodes have filled a window; both times are of the node's clock, in nanoseconds. */
  private record Closed(long since, long until) {}

  /**
   * Makes a limiter.
   *
   * @param maximumKeys most addresses and accounts remembered, at least 1
   * @param ticker the clock, in nanoseconds
   */
  public LocalLimiter(int maximumKeys, Ticker ticker) {
    this.ticker = ticker;
    this.windows =
        Caffeine.newBuilder()
            .maximumSize(maximumKeys)
            .expireAfter(
                Expiry.<String, SlidingWindow>writing(
                    (key, window) -> Duration.ofNanos(window.lengthNanos())))
            .ticker(ticker)
            .build();
    this.closed = expiringCache(maximumKeys, ticker, Closed::until);
    this.marks = expiringCache(maximumKeys, ticker, until -> until);
  }

  private static <V> Cache<String, V> expiringCache(
      int maximumKeys, Ticker ticker, ToLongFunction<V> until) {
    return Caffeine.newBuilder()
        .maximumSize(maximumKeys)
        .expireAfter(
            Expiry.<String, V>writing(
                (key, value) ->
                    Duration.ofNanos(Math.max(0, until.applyAsLong(value) - ticker.read()))))
        .ticker(ticker)
        .build();
  }

  /** Takes a slot in each window of the first pool that has room, or in none. */
  public synchronized Decision take(Attempt attempt) {
    long now = ticker.read();
    Decision decision = decide(attempt, now);
    if (decision instanceof Decision.Granted granted) {
      put(attempt, granted.pool(), now);
    }
    return decision;
  }

  /** Counts an attempt in a pool, full or not: Redis has granted it there. */
  synchronized void put(Attempt attempt, int pool) {
    put(attempt, pool, ticker.read());
  }

  private void put(Attempt attempt, int pool, long now) {
    for (Window window : attempt.pools().get(pool).windows()) {
      windows.put(window.key(), current(window, now).with(now, attempt.id()));
    }
  }

  /**
   * Refuses all attempts in a window for a while: other nodes have filled it.
   *
   * @param refused which window of the attempt, and for how long
   */
  public synchronized void close(Attempt attempt, Decision.Refused refused) {
    long now = ticker.read();
    Closed since = new Closed(now, now + TimeUnit.MILLISECONDS.toNanos(refused.waitMillis()));
    for (Pool pool : attempt.pools()) {
      for (Window window : pool.windows()) {
        if (window.scope() == refused.scope()) {
          closed.put(window.key(), since);
        }
      }
    }
  }

  /**
   * Forgets the attempts of a window that are older than an age.
   *
   * @return whether there were any
   */
  synchronized boolean lift(String key, Duration age) {
    long moment = ticker.read() - age.toNanos();
    boolean lifted = false;
    Closed full = closed.getIfPresent(key);
    if (full != null && full.since() - moment <= 0) {
      closed.invalidate(key);
      lifted = true;
    }
    SlidingWindow known = windows.getIfPresent(key);
    if (known != null) {
      SlidingWindow left = known.after(moment);
      lifted |= left.attempts().size() < known.attempts().size();
      if (left.attempts().isEmpty()) {
        windows.invalidate(key);
      } else {
        windows.put(key, left);
      }
    }
    return lifted;
  }

  /** The clock, in nanoseconds. */
  Ticker ticker() {
    return ticker;
  }

  /** Remembers a mark for a while. */
  synchronized void mark(String key, Duration life) {
    marks.put(key, ticker.read() + life.toNanos());
  }

  /** Whether this node knows the mark. */
  synchronized boolean isMarked(String key) {
    Long until = marks.getIfPresent(key);
    return until != null && until - ticker.read() > 0;
  }

  /** Whether the attempt would be refused; takes no slot. */
  public synchronized Decision check(Attempt attempt) {
    return decide(attempt, ticker.read());
  }

  /** Gives the slots of the attempt back; without effect where it holds none. */
  public synchronized void giveBack(Attempt attempt) {
    change(attempt, window -> window.without(attempt.id()));
  }

  /** The attempt has failed: its slots stay until their windows end. */
  public synchronized void fail(Attempt attempt) {
    change(attempt, window -> window.failed(attempt.id()));
  }

  private void change(Attempt attempt, UnaryOperator<SlidingWindow> change) {
    for (String key : attempt.keys()) {
      windows
          .asMap()
          .computeIfPresent(
              key,
              (same, window) -> {
                SlidingWindow changed = change.apply(window);
                return changed.attempts().isEmpty() ? null : changed;
              });
    }
  }

  /** Keys remembered now, about. */
  public long size() {
    return windows.estimatedSize();
  }

  /** The first pool with room; if none has any, the shortest wait. */
  private Decision decide(Attempt attempt, long now) {
    Decision.Refused shortest = null;
    boolean inFlight = false;
    List<Pool> pools = attempt.pools();
    for (int i = 0; i < pools.size(); i++) {
      Pool pool = pools.get(i);
      if (pool.mark() != null && !isMarked(pool.mark())) {
        continue;
      }
      Decision.Refused full = refusal(pool, now);
      if (full == null) {
        return new Decision.Granted(i);
      }
      inFlight |= full.inFlight();
      if (shortest == null || full.waitMillis() < shortest.waitMillis()) {
        shortest = full;
      }
    }
    if (shortest == null) {
      throw new IllegalArgumentException("every pool needs a mark: " + attempt);
    }
    return new Decision.Refused(shortest.waitMillis(), shortest.scope(), inFlight);
  }

  /** The longest wait of the pool's windows; null where all have room. */
  private Decision.@Nullable Refused refusal(Pool pool, long now) {
    long longest = 0;
    Scope longestScope = Scope.ADDRESS;
    boolean inFlight = true;
    for (Window window : pool.windows()) {
      Closed full = closed.getIfPresent(window.key());
      SlidingWindow known = current(window, now);
      long wait =
          Math.max(full == null ? 0 : full.until() - now, known.waitNanos(now, window.limit()));
      if (wait > 0) {
        inFlight &= full == null && known.isAnyOpen();
      }
      if (wait > longest) {
        longest = wait;
        longestScope = window.scope();
      }
    }
    return longest == 0
        ? null
        : new Decision.Refused((longest + 999_999) / 1_000_000, longestScope, inFlight);
  }

  private SlidingWindow current(Window window, long now) {
    long length = window.length().toNanos();
    SlidingWindow known = windows.getIfPresent(window.key());
    return known == null ? SlidingWindow.empty(length) : known.at(now, length);
  }
}

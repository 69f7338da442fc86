package dev.bulwark.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Counts the attempts that come to this node. Bounded in memory: the keys that were used least give
 * way. Safe for use by several threads.
 */
public final class LocalLimiter {

  private final Ticker ticker;
  private final Cache<String, SlidingWindow> windows;
  private final Cache<String, Long> closed;
  private final Cache<String, Long> marks;

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
    this.closed = untilCache(maximumKeys, ticker);
    this.marks = untilCache(maximumKeys, ticker);
  }

  private static Cache<String, Long> untilCache(int maximumKeys, Ticker ticker) {
    return Caffeine.newBuilder()
        .maximumSize(maximumKeys)
        .expireAfter(
            Expiry.<String, Long>writing(
                (key, until) -> Duration.ofNanos(Math.max(0, until - ticker.read()))))
        .ticker(ticker)
        .build();
  }

  /** Takes a slot in each window of the first pool that takes the attempt, or in none. */
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
    for (Window window : attempt.pools().get(pool).all()) {
      windows.put(window.key(), known(window, now).with(now, attempt.id()));
    }
  }

  /**
   * Refuses all attempts in a window for a while: other nodes have filled it.
   *
   * @param refused which window of the attempt, and for how long
   */
  public synchronized void close(Attempt attempt, Decision.Refused refused) {
    long until = ticker.read() + TimeUnit.MILLISECONDS.toNanos(refused.waitMillis());
    for (Pool pool : attempt.pools()) {
      for (Window window : pool.all()) {
        if (window.scope() == refused.scope()) {
          closed.put(window.key(), until);
        }
      }
    }
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

  /** Whether the address alone would be refused; takes no slot. */
  public Decision check(String addressKey, Limits limits) {
    return check(new Attempt("", addressKey, null, limits));
  }

  /** Whether the attempt would be refused; takes no slot. */
  public synchronized Decision check(Attempt attempt) {
    return decide(attempt, ticker.read());
  }

  /** Gives the slots of the attempt back; without effect where it holds none. */
  public synchronized void giveBack(Attempt attempt) {
    change(attempt, window -> window.without(attempt.id()));
  }

  /** The attempt has failed: its slots stay until their windows end, and nobody waits for them. */
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

  private Decision decide(Attempt attempt, long now) {
    List<Pool> pools = attempt.pools();
    for (int i = 0; i < pools.size() - 1; i++) {
      if (takes(pools.get(i), now)) {
        return decide(pools.get(i), i, now);
      }
    }
    int last = pools.size() - 1;
    return decide(pools.get(last), last, now);
  }

  private boolean takes(Pool pool, long now) {
    if (pool.mark() != null && !isMarked(pool.mark())) {
      return false;
    }
    Window budget = pool.budget();
    return budget == null || known(budget, now).waitNanos(now, budget.limit()) == 0;
  }

  private Decision decide(Pool pool, int index, long now) {
    long longest = 0;
    Scope full = Scope.ADDRESS;
    boolean inFlight = true;
    for (Window window : pool.windows()) {
      Long until = closed.getIfPresent(window.key());
      SlidingWindow known = known(window, now);
      long wait = Math.max(until == null ? 0 : until - now, known.waitNanos(now, window.limit()));
      if (wait > 0) {
        inFlight &= until == null && known.isAnyOpen();
      }
      if (wait > longest) {
        longest = wait;
        full = window.scope();
      }
    }
    return longest == 0
        ? new Decision.Granted(index)
        : new Decision.Refused((longest + 999_999) / 1_000_000, full, inFlight);
  }

  private SlidingWindow known(Window window, long now) {
    long length = window.length().toNanos();
    SlidingWindow known = windows.getIfPresent(window.key());
    return known == null ? SlidingWindow.empty(length) : known.at(now, length);
  }
}

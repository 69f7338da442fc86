package dev.bulwark.redis.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Counts the attempts that come to this node. Bounded in memory: the keys that were used least give
 * way. Safe for use by several threads.
 */
public final class LocalLimiter {

  private final Ticker ticker;
  private final Cache<String, SlidingWindow> windows;
  private final Cache<String, Long> closed;

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
    this.closed =
        Caffeine.newBuilder()
            .maximumSize(maximumKeys)
            .expireAfter(
                Expiry.<String, Long>writing(
                    (key, until) -> Duration.ofNanos(Math.max(0, until - ticker.read()))))
            .ticker(ticker)
            .build();
  }

  /** Takes a slot in each window of the attempt, or in none. */
  public synchronized Decision take(Attempt attempt) {
    long now = ticker.read();
    List<Attempt.Counter> counters = attempt.counters();
    Decision decision = decide(counters, attempt.limits(), now);
    if (decision instanceof Decision.Granted) {
      for (Attempt.Counter counter : counters) {
        windows.put(
            counter.key(), window(counter.key(), attempt.limits(), now).with(now, attempt.id()));
      }
    }
    return decision;
  }

  /**
   * Refuses all attempts in a window for a while: other nodes have filled it.
   *
   * @param refused which window of the attempt, and for how long
   */
  public synchronized void close(Attempt attempt, Decision.Refused refused) {
    long until = ticker.read() + TimeUnit.MILLISECONDS.toNanos(refused.waitMillis());
    for (Attempt.Counter counter : attempt.counters()) {
      if (counter.scope() == refused.scope()) {
        closed.put(counter.key(), until);
      }
    }
  }

  /** Whether the address alone would be refused; takes no slot. */
  public Decision check(String addressKey, Limits limits) {
    return check(new Attempt("", addressKey, null, limits));
  }

  /** Whether the attempt would be refused; takes no slot. */
  public synchronized Decision check(Attempt attempt) {
    return decide(attempt.counters(), attempt.limits(), ticker.read());
  }

  /** Gives the slots of the attempt back; without effect where it holds none. */
  public synchronized void giveBack(Attempt attempt) {
    for (Attempt.Counter counter : attempt.counters()) {
      windows
          .asMap()
          .computeIfPresent(
              counter.key(),
              (key, window) -> {
                SlidingWindow left = window.without(attempt.id());
                return left.attempts().isEmpty() ? null : left;
              });
    }
  }

  /** Keys remembered now, about. */
  public long size() {
    return windows.estimatedSize();
  }

  private Decision decide(List<Attempt.Counter> counters, Limits limits, long now) {
    long longest = 0;
    Scope full = Scope.ADDRESS;
    for (Attempt.Counter counter : counters) {
      Long until = closed.getIfPresent(counter.key());
      long wait =
          Math.max(
              until == null ? 0 : until - now,
              window(counter.key(), limits, now).waitNanos(now, counter.limit()));
      if (wait > longest) {
        longest = wait;
        full = counter.scope();
      }
    }
    return longest == 0
        ? Decision.GRANTED
        : new Decision.Refused((longest + 999_999) / 1_000_000, full);
  }

  private SlidingWindow window(String key, Limits limits, long now) {
    long length = limits.window().toNanos();
    SlidingWindow known = windows.getIfPresent(key);
    return known == null ? SlidingWindow.empty(length) : known.at(now, length);
  }
}

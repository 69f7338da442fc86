package dev.bulwark.apikey.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;

/**
 * Counts wrong keys per address in windows of a minute, on this node. Bounded in memory: at most
 * {@value #MAX_ADDRESSES} addresses are remembered. Safe for use by several threads.
 */
public final class WrongKeyLimiter {

  static final int MAX_ADDRESSES = 100_000;

  private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

  private final int limit;
  private final Ticker ticker;
  private final Cache<String, Window> windows;

  /**
   * Makes a limiter.
   *
   * @param limit wrong keys per address and minute; 0 for any number
   * @param ticker the clock, in nanoseconds
   */
  public WrongKeyLimiter(int limit, Ticker ticker) {
    this.limit = limit;
    this.ticker = ticker;
    this.windows =
        Caffeine.newBuilder()
            .maximumSize(MAX_ADDRESSES)
            .expireAfterWrite(Duration.ofMinutes(1))
            .ticker(ticker)
            .build();
  }

  /** Seconds until the address may try another key that is not known to be good; 0 if at once. */
  public long retryAfterSeconds(String bucket) {
    if (limit == 0) {
      return 0;
    }
    Window window = windows.getIfPresent(bucket);
    if (window == null || window.wrong() < limit) {
      return 0;
    }
    long left = window.start() + WINDOW_NANOS - ticker.read();
    return left <= 0 ? 0 : 1 + (left - 1) / 1_000_000_000L;
  }

  /** Counts a wrong key. */
  public void wrong(String bucket) {
    if (limit == 0) {
      return;
    }
    long now = ticker.read();
    windows
        .asMap()
        .compute(
            bucket,
            (key, window) ->
                window == null || now - window.start() >= WINDOW_NANOS
                    ? new Window(now, 1)
                    : new Window(window.start(), Math.min(limit, window.wrong() + 1)));
  }

  private record Window(long start, int wrong) {}
}

package dev.bulwark.limit.quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The windows of quotas as this node knows them. While Redis answers, this node notes the counts of
 * all nodes. Without Redis it continues from there, with its own requests. Bounded in memory: the
 * keys that were used least give way. Safe for use by several threads.
 */
public final class LocalQuotas {

  private final Ticker ticker;
  private final Cache<String, Used> windows;

  /**
   * A window.
   *
   * @param until its end by the clock of the node, in nanoseconds
   * @param used requests that were let through
   * @param rejected whether any request was rejected
   */
  private record Used(long until, int used, boolean rejected) {}

  /**
   * Makes an empty memory.
   *
   * @param maximumKeys most keys remembered, at least 1
   * @param ticker the clock, in nanoseconds
   */
  public LocalQuotas(int maximumKeys, Ticker ticker) {
    this.ticker = ticker;
    this.windows =
        Caffeine.newBuilder()
            .maximumSize(maximumKeys)
            .expireAfter(
                Expiry.<String, Used>writing(
                    (key, used) -> Duration.ofNanos(Math.max(0, used.until() - ticker.read()))))
            .ticker(ticker)
            .build();
  }

  /** Counts a request on this node. */
  public synchronized QuotaDecision take(String key, Quota quota) {
    long now = ticker.read();
    Used known = windows.getIfPresent(key);
    Used window =
        known == null || known.until() - now <= 0
            ? new Used(now + quota.window().toNanos(), 0, false)
            : known;
    long wait = TimeUnit.NANOSECONDS.toMillis(window.until() - now + 999_999);
    if (window.used() >= quota.requests()) {
      windows.put(key, new Used(window.until(), window.used(), true));
      return new QuotaDecision(false, 0, wait, !window.rejected());
    }
    int used = window.used() + 1;
    windows.put(key, new Used(window.until(), used, window.rejected()));
    return new QuotaDecision(true, quota.requests() - used, wait, false);
  }

  /** Notes what Redis has counted. */
  synchronized void note(String key, Quota quota, QuotaDecision everywhere) {
    long until = ticker.read() + TimeUnit.MILLISECONDS.toNanos(everywhere.resetMillis());
    windows.put(
        key, new Used(until, quota.requests() - everywhere.remaining(), !everywhere.granted()));
  }
}

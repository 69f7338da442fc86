package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.limit.LimitKeys;
import dev.bulwark.limit.quota.Quota;
import dev.bulwark.limit.quota.QuotaDecision;
import dev.bulwark.limit.quota.QuotaLimiter;
import java.time.Duration;

/**
 * Counts the requests of keys that have a rate limit (K10): over all nodes, and on this node alone
 * while Redis is unreachable. Thread-safe.
 */
public final class KeyQuotas {

  /** Keys that this node remembers. */
  public static final int MAX_KEYS = 100_000;

  private final QuotaLimiter limiter;

  /** Counts in the windows of a limiter. */
  public KeyQuotas(QuotaLimiter limiter) {
    this.limiter = limiter;
  }

  /** Counts a request with a key, unless its window is used up. */
  QuotaDecision take(String realmId, String keyId, RateLimit limit) {
    return limiter.take(
        new LimitKeys(realmId).ofApiKeyRequests(keyId),
        new Quota(limit.requests(), Duration.ofSeconds(limit.seconds())));
  }

  /** Whether each node counts separately, because Redis is unreachable. */
  public boolean isAlone() {
    return limiter.isAlone();
  }
}

package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.limit.LimitKeys;
import dev.bulwark.limit.address.ClientAddress;
import dev.bulwark.limit.quota.Quota;
import dev.bulwark.limit.quota.QuotaDecision;
import dev.bulwark.limit.quota.QuotaLimiter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Counts the requests of keys that have a rate limit (K10), and the rejections of keys that exist:
 * over all nodes, and on this node alone while Redis is unreachable. Thread-safe.
 */
public final class KeyQuotas {

  /** Keys that this node remembers. */
  public static final int MAX_KEYS = 100_000;

  private static final Quota ONCE_A_MINUTE = new Quota(1, Duration.ofMinutes(1));

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

  /**
   * Counts a rejection of a key that exists.
   *
   * @param address of the sender; of interest only where it is the reason
   * @return whether it is the first of the key for this reason within a minute, at any node
   */
  boolean isFirstRejection(
      String realmId, String keyId, Verification.Reason reason, @Nullable String address) {
    String from =
        reason == Verification.Reason.NETWORK_NOT_ALLOWED
            ? ' ' + ClientAddress.bucket(address)
            : "";
    return limiter
        .take(
            new LimitKeys(realmId).ofApiKeyRequests(keyId + '_' + reason.id() + from),
            ONCE_A_MINUTE)
        .granted();
  }

  /** Whether each node counts separately, because Redis is unreachable. */
  public boolean isAlone() {
    return limiter.isAlone();
  }
}

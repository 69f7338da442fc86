package dev.bulwark.globalrevocation;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.bulwark.limit.Attempt;
import dev.bulwark.limit.AttemptIds;
import dev.bulwark.limit.Decision;
import dev.bulwark.limit.LimitKeys;
import dev.bulwark.limit.Limits;
import dev.bulwark.limit.LocalLimiter;
import dev.bulwark.limit.RedisLimiter;
import dev.bulwark.limit.SharedLimiter;
import dev.bulwark.limit.address.ClientAddress;
import dev.bulwark.redis.RedisConnection;
import org.jspecify.annotations.Nullable;

/**
 * Counts the requests of each address whose caller is rejected, over all nodes; while Redis is
 * away, on this one. A caller that is accepted never counts. Thread-safe.
 */
final class RejectedCallers {

  private static final int MAX_ADDRESSES = 10_000;

  private final Limits limits;
  private final SharedLimiter limiter;
  private final AttemptIds ids = new AttemptIds();

  RejectedCallers(Limits limits, RedisConnection redis) {
    this.limits = limits;
    this.limiter =
        new SharedLimiter(
            "Rejected global token revocations",
            new LocalLimiter(MAX_ADDRESSES, Ticker.systemTicker()),
            new RedisLimiter(redis));
  }

  /**
   * Counts a request.
   *
   * @return seconds until the address may have another one rejected; 0 if it may have this one
   */
  long count(String realmId, @Nullable String address) {
    Attempt attempt = new Attempt(ids.next(), key(realmId, address), null, limits);
    if (limiter.take(attempt) instanceof Decision.Refused refused) {
      return refused.retryAfterSeconds();
    }
    return 0;
  }

  private static String key(String realmId, @Nullable String address) {
    return new LimitKeys(realmId).ofGlobalRevocations(ClientAddress.bucket(address));
  }
}

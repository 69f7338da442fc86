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

  /** Seconds until the address may send another request; 0 if at once. */
  long waitSeconds(String realmId, @Nullable String address) {
    return limiter.check(key(realmId, address), limits) instanceof Decision.Refused refused
        ? refused.retryAfterSeconds()
        : 0;
  }

  /** Counts a request. */
  void count(String realmId, @Nullable String address) {
    Attempt attempt = new Attempt(ids.next(), key(realmId, address), null, limits);
    if (limiter.takeLocally(attempt) instanceof Decision.Granted) {
      limiter.count(attempt);
    }
  }

  private static String key(String realmId, @Nullable String address) {
    return new LimitKeys(realmId).ofGlobalRevocations(ClientAddress.bucket(address));
  }
}

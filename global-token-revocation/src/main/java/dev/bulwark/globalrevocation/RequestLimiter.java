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

/** Counts requests per address, over all nodes; while Redis is away, on this one. Thread-safe. */
final class RequestLimiter {

  private static final int MAX_ADDRESSES = 10_000;

  private final Limits limits;
  private final SharedLimiter limiter;
  private final AttemptIds ids = new AttemptIds();

  RequestLimiter(Limits limits, RedisConnection redis) {
    this.limits = limits;
    this.limiter =
        new SharedLimiter(
            "Global token revocations",
            new LocalLimiter(MAX_ADDRESSES, Ticker.systemTicker()),
            new RedisLimiter(redis));
  }

  /** Takes a slot, and returns 0; else the seconds until the address may send another request. */
  long waitSeconds(String realmId, @Nullable String address) {
    String key = new LimitKeys(realmId).ofGlobalRevocations(ClientAddress.bucket(address));
    Decision decision = limiter.take(new Attempt(ids.next(), key, null, limits));
    return decision instanceof Decision.Refused refused ? refused.retryAfterSeconds() : 0;
  }
}

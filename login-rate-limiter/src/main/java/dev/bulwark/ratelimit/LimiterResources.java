package dev.bulwark.ratelimit;

import dev.bulwark.redis.limit.AttemptIds;
import dev.bulwark.redis.limit.SharedLimiter;
import dev.bulwark.redis.limit.SlotReturns;

/**
 * What the sessions of a server share.
 *
 * @param config the options
 * @param limiter the windows
 * @param returns gives slots back
 * @param ids names attempts
 * @param turns in which the secrets of a client are tested
 * @param metrics counts
 */
record LimiterResources(
    LoginRateLimiterConfig config,
    SharedLimiter limiter,
    SlotReturns returns,
    AttemptIds ids,
    Turns turns,
    LoginRateLimiterMetrics metrics) {}

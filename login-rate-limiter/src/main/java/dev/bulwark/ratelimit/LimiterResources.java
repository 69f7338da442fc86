package dev.bulwark.ratelimit;

import dev.bulwark.ratelimit.window.SharedLimiter;

/**
 * What the sessions of a server share.
 *
 * @param config the options
 * @param limiter the windows
 * @param returns gives slots back
 * @param ids names attempts
 * @param metrics counts
 */
record LimiterResources(
    LoginRateLimiterConfig config,
    SharedLimiter limiter,
    SlotReturns returns,
    AttemptIds ids,
    LoginRateLimiterMetrics metrics) {}

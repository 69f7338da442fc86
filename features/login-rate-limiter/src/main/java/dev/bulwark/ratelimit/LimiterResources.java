package dev.bulwark.ratelimit;

import dev.bulwark.limit.AttemptIds;
import dev.bulwark.limit.SharedLimiter;
import dev.bulwark.limit.slot.SlotReturns;

/**
 * What the sessions of a server share.
 *
 * @param config the options
 * @param limiter the windows
 * @param threads bounds those that attempts hold
 * @param returns gives slots back
 * @param ids names attempts
 * @param rightSecrets secrets of clients that were right lately
 * @param addresses notices a proxy that Keycloak was not told of
 * @param metrics counts
 */
record LimiterResources(
    LoginRateLimiterConfig config,
    SharedLimiter limiter,
    LoginThreads threads,
    SlotReturns returns,
    AttemptIds ids,
    RightSecrets rightSecrets,
    SharedAddressWatch addresses,
    LoginRateLimiterMetrics metrics) {}

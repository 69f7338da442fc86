package dev.bulwark.apikey.verify;

import com.github.benmanes.caffeine.cache.Cache;
import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.store.UsageCounter;

/**
 * Resources that the verifiers of all sessions share while the server runs.
 *
 * @param config the options
 * @param cache hash to owner
 * @param limiter wrong keys per address
 * @param quotas requests of keys with a rate limit
 * @param usage counters not written yet
 * @param networks uses from networks that this node has not seen
 * @param metrics meters
 */
public record VerifierResources(
    ApiKeyConfig config,
    Cache<KeyMapping.Id, KeyMapping> cache,
    WrongKeyLimiter limiter,
    KeyQuotas quotas,
    UsageCounter usage,
    NetworkWatch networks,
    ApiKeyMetrics metrics) {}

package dev.bulwark.apikey.service;

import com.github.benmanes.caffeine.cache.Cache;
import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.key.ApiKeyGenerator;
import dev.bulwark.apikey.store.UsageCounter;

/**
 * What lives as long as the server and is shared by all sessions.
 *
 * @param config the options
 * @param cache hash to owner
 * @param limiter wrong keys per address
 * @param usage counters not written yet
 * @param networks uses from networks that this node has not seen
 * @param generator of new keys
 * @param metrics meters
 */
record ApiKeyResources(
    ApiKeyConfig config,
    Cache<KeyMapping.Id, KeyMapping> cache,
    WrongKeyLimiter limiter,
    UsageCounter usage,
    NetworkWatch networks,
    ApiKeyGenerator generator,
    ApiKeyMetrics metrics) {}

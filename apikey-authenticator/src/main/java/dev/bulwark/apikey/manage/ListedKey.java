package dev.bulwark.apikey.manage;

import org.jspecify.annotations.Nullable;

/**
 * A key with its usage.
 *
 * @param key the key
 * @param requestCount requests, those of this node included that are not written yet
 * @param lastUsedAt epoch milliseconds of the latest request, null before the first
 */
public record ListedKey(ApiKey key, long requestCount, @Nullable Long lastUsedAt) {}

package dev.bulwark.apikey.manage;

import org.jspecify.annotations.Nullable;

/**
 * What a rotation did.
 *
 * @param made the new key
 * @param old the old key, with the end of its overlap
 * @param oldRevoked whether there was no overlap
 * @param tokensEnd epoch milliseconds at which tokens end that were exchanged for the old key; null
 *     where none can live longer than the overlap
 */
public record Rotation(NewApiKey made, ApiKey old, boolean oldRevoked, @Nullable Long tokensEnd) {}

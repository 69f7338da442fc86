package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.key.limit.RateLimit;

/**
 * What a key has left of its rate limit after a request.
 *
 * @param limit of the key, or of the realm
 * @param remaining requests that the window has left
 * @param resetSeconds until the window ends, rounded up, at least 1
 */
public record Allowance(RateLimit limit, int remaining, long resetSeconds) {}

package dev.bulwark.apikey.key.limit;

/**
 * What a rate limit has left after a request.
 *
 * @param policy name of the limit in header fields: {@code key} for that of a key
 * @param limit requests in a window
 * @param remaining requests that the window has left, 0 or more
 * @param resetSeconds until the window ends, rounded up, at least 1
 */
public record Allowance(String policy, RateLimit limit, int remaining, long resetSeconds) {}

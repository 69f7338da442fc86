package dev.bulwark.breached.range;

import java.net.URI;
import java.time.Duration;

/**
 * How the range API is asked.
 *
 * @param url the range endpoint, ends in a slash
 * @param connectTimeout for the connection alone
 * @param requestTimeout for the whole exchange, connection included
 * @param breakerFailures failures in a row after which the service is left alone
 * @param breakerPause for how long
 * @param cacheEntries ranges kept, 0 for none (about 20 KB each)
 * @param cacheTtl for how long
 */
public record RangeSettings(
    URI url,
    Duration connectTimeout,
    Duration requestTimeout,
    int breakerFailures,
    Duration breakerPause,
    int cacheEntries,
    Duration cacheTtl) {}

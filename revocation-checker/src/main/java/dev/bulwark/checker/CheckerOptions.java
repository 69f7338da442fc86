package dev.bulwark.checker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link RevocationChecker} decides. Immutable.
 *
 * @param prefix in front of every key, as set at Keycloak's {@code redis-connection}; at most 64
 *     printable ASCII characters without white space
 * @param feedMaxAge how far Redis may be behind Keycloak for an answer to count, 3 s to 1 h; null:
 *     Redis is trusted blindly, even when it has been emptied
 * @param staleness zero: fail closed. Else bounded staleness: while Redis cannot tell, a token is
 *     accepted if no revocation older than this can have been missed, 1 s to 1 h
 * @param rememberedTokens for how many tokens the last answer is kept for bounded staleness, 1 to
 *     10,000,000
 * @param retryInterval time between two attempts to reach a Redis that is away, 50 ms to 60 s
 * @param nearCacheMaxAge longest life of an answer in the near-cache, 2 s to 5 min
 */
public record CheckerOptions(
    String prefix,
    @Nullable Duration feedMaxAge,
    Duration staleness,
    int rememberedTokens,
    Duration retryInterval,
    Duration nearCacheMaxAge) {

  private static final int MAX_PREFIX = 64;
  private static final Duration HOUR = Duration.ofHours(1);

  /** Checks the ranges. */
  public CheckerOptions {
    if (prefix.length() > MAX_PREFIX || !prefix.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException(
          "prefix must be at most "
              + MAX_PREFIX
              + " printable ASCII characters without white space");
    }
    if (feedMaxAge != null) {
      Ranges.require("feedMaxAge", feedMaxAge, Duration.ofSeconds(3), HOUR);
    }
    if (!staleness.isZero()) {
      if (feedMaxAge == null) {
        throw new IllegalArgumentException(
            "staleness needs feedMaxAge: without it nobody knows how old an answer is");
      }
      Ranges.require("staleness", staleness, Duration.ofSeconds(1), HOUR);
    }
    Ranges.require("rememberedTokens", rememberedTokens, 1, 10_000_000);
    Ranges.require("retryInterval", retryInterval, Duration.ofMillis(50), Duration.ofMinutes(1));
    Ranges.require("nearCacheMaxAge", nearCacheMaxAge, Duration.ofSeconds(2), HOUR.dividedBy(12));
  }

  /** Fail closed, with the defaults. */
  public static CheckerOptions failClosed() {
    return new CheckerOptions(
        "",
        Duration.ofSeconds(60),
        Duration.ZERO,
        10_000,
        Duration.ofMillis(500),
        Duration.ofSeconds(10));
  }

  /** Bounded staleness, else the defaults. */
  public static CheckerOptions boundedStaleness(Duration staleness) {
    CheckerOptions d = failClosed();
    Ranges.require("staleness", staleness, Duration.ofSeconds(1), HOUR);
    return new CheckerOptions(
        d.prefix, d.feedMaxAge, staleness, d.rememberedTokens, d.retryInterval, d.nearCacheMaxAge);
  }

  /** These options with another prefix. */
  public CheckerOptions withPrefix(String value) {
    return new CheckerOptions(
        value, feedMaxAge, staleness, rememberedTokens, retryInterval, nearCacheMaxAge);
  }

  /** These options with another age; null trusts Redis blindly. */
  public CheckerOptions withFeedMaxAge(@Nullable Duration value) {
    return new CheckerOptions(
        prefix, value, staleness, rememberedTokens, retryInterval, nearCacheMaxAge);
  }

  /** These options with another number of remembered tokens. */
  public CheckerOptions withRememberedTokens(int value) {
    return new CheckerOptions(prefix, feedMaxAge, staleness, value, retryInterval, nearCacheMaxAge);
  }

  /** These options with another interval. */
  public CheckerOptions withRetryInterval(Duration value) {
    return new CheckerOptions(
        prefix, feedMaxAge, staleness, rememberedTokens, value, nearCacheMaxAge);
  }

  /** These options with another life of the near-cache's answers. */
  public CheckerOptions withNearCacheMaxAge(Duration value) {
    return new CheckerOptions(
        prefix, feedMaxAge, staleness, rememberedTokens, retryInterval, value);
  }
}

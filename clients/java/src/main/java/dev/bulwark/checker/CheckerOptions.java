package dev.bulwark.checker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a {@link RevocationChecker} decides. Immutable. */
public final class CheckerOptions {

  private static final int MAX_PREFIX = 64;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private final String prefix;
  private final @Nullable Duration feedMaxAge;
  private final Duration staleness;
  private final int rememberedTokens;
  private final Duration retryInterval;
  private final Duration nearCacheMaxAge;

  private CheckerOptions(Builder builder) {
    this.prefix = builder.prefix;
    this.feedMaxAge = builder.feedMaxAge;
    this.staleness = builder.staleness;
    this.rememberedTokens = builder.rememberedTokens;
    this.retryInterval = builder.retryInterval;
    this.nearCacheMaxAge = builder.nearCacheMaxAge;
  }

  /** Returns a builder with the defaults: fail closed. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the defaults: fail closed. */
  public static CheckerOptions failClosed() {
    return builder().build();
  }

  /**
   * Returns bounded staleness, else the defaults.
   *
   * @param staleness 1 s to 1 h
   * @throws IllegalArgumentException outside this range
   */
  public static CheckerOptions boundedStaleness(Duration staleness) {
    Ranges.require("staleness", staleness, SECOND, HOUR);
    return builder().staleness(staleness).build();
  }

  /** Returns a builder with these options. */
  public Builder toBuilder() {
    Builder builder = builder();
    builder.prefix = prefix;
    builder.feedMaxAge = feedMaxAge;
    builder.staleness = staleness;
    builder.rememberedTokens = rememberedTokens;
    builder.retryInterval = retryInterval;
    builder.nearCacheMaxAge = nearCacheMaxAge;
    return builder;
  }

  /** Returns what stands in front of every key, as set at Keycloak's {@code redis-connection}. */
  public String prefix() {
    return prefix;
  }

  /**
   * Returns how far Redis may be behind Keycloak for an answer to count; null if Redis is trusted
   * blindly.
   */
  public @Nullable Duration feedMaxAge() {
    return feedMaxAge;
  }

  /** Returns the bound of bounded staleness; zero for fail closed. */
  public Duration staleness() {
    return staleness;
  }

  /** Returns for how many tokens the last answer is kept for bounded staleness. */
  public int rememberedTokens() {
    return rememberedTokens;
  }

  /** Returns the time between two attempts to reach an unreachable Redis. */
  public Duration retryInterval() {
    return retryInterval;
  }

  /** Returns the longest life of an answer in the near-cache. */
  public Duration nearCacheMaxAge() {
    return nearCacheMaxAge;
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {

    private String prefix = "";
    private @Nullable Duration feedMaxAge = Duration.ofSeconds(60);
    private Duration staleness = Duration.ZERO;
    private int rememberedTokens = 10_000;
    private Duration retryInterval = Duration.ofMillis(500);
    private Duration nearCacheMaxAge = Duration.ofSeconds(10);

    private Builder() {}

    /**
     * Sets what stands in front of every key, as set at Keycloak's {@code redis-connection}.
     * Default: empty.
     *
     * @param value at most 64 printable ASCII characters without white space
     */
    public Builder prefix(String value) {
      prefix = value;
      return this;
    }

    /**
     * Sets how far Redis may be behind Keycloak for an answer to count. Default: 60 s.
     *
     * @param value 3 s to 1 h
     */
    public Builder feedMaxAge(Duration value) {
      feedMaxAge = value;
      return this;
    }

    /** Trusts Redis even when Keycloak does not feed it, or when it has been emptied. */
    public Builder trustRedisBlindly() {
      feedMaxAge = null;
      return this;
    }

    /**
     * Sets the bound of bounded staleness: while Redis cannot tell, a token is accepted if no
     * revocation older than this can have been missed. Default: zero, fail closed.
     *
     * @param value zero, or 1 s to 1 h
     */
    public Builder staleness(Duration value) {
      staleness = value;
      return this;
    }

    /**
     * Sets for how many tokens the last answer is kept for bounded staleness. Default: 10,000.
     *
     * @param value 1 to 10,000,000
     */
    public Builder rememberedTokens(int value) {
      rememberedTokens = value;
      return this;
    }

    /**
     * Sets the time between two attempts to reach an unreachable Redis. Default: 500 ms.
     *
     * @param value 50 ms to 60 s
     */
    public Builder retryInterval(Duration value) {
      retryInterval = value;
      return this;
    }

    /**
     * Sets the longest life of an answer in the near-cache. Default: 10 s.
     *
     * @param value 2 s to 5 min, shorter than {@code feedMaxAge}
     */
    public Builder nearCacheMaxAge(Duration value) {
      nearCacheMaxAge = value;
      return this;
    }

    /**
     * Returns the options.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names the option
     */
    public CheckerOptions build() {
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
        Ranges.require("staleness", staleness, SECOND, HOUR);
      }
      Ranges.require("rememberedTokens", rememberedTokens, 1, 10_000_000);
      Ranges.require("retryInterval", retryInterval, Duration.ofMillis(50), Duration.ofMinutes(1));
      Ranges.require("nearCacheMaxAge", nearCacheMaxAge, Duration.ofSeconds(2), HOUR.dividedBy(12));
      return new CheckerOptions(this);
    }
  }
}

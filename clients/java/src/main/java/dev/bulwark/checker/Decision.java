package dev.bulwark.checker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The policy. Pure: what is known goes in, the answer comes out. */
final class Decision {

  private Decision() {}

  /**
   * Decides.
   *
   * @param reading what Redis answered; null if it did not
   * @param remembered what it answered the last time it knew; null if nothing
   * @param issuedAt milliseconds since 1970; null if unknown
   * @param now milliseconds since 1970
   */
  static Verdict of(
      @Nullable RedisAnswer reading,
      @Nullable RedisAnswer remembered,
      @Nullable Long issuedAt,
      long now,
      CheckerOptions options) {
    if (reading != null && reading.revoked()) {
      return Verdict.REVOKED;
    }
    boolean known = isKnown(reading, issuedAt) && isKnown(remembered, issuedAt);
    if (reading != null && isFresh(reading.completeUntil(), now, options) && known) {
      return Verdict.LIVE;
    }
    if (remembered != null && remembered.revoked()) {
      return Verdict.REVOKED;
    }
    Duration bound = options.staleness();
    if (bound.isZero()) {
      return Verdict.UNKNOWN;
    }
    // A token that was not revoked at some time within the bound cannot have been revoked before
    // that. It was not revoked when it was issued, nor when Redis, complete until then, said so.
    boolean recent =
        known && reading != null && within(reading.completeUntil(), now, bound)
            || known && remembered != null && within(remembered.completeUntil(), now, bound)
            || issuedAt != null && within(issuedAt, now, bound);
    return recent ? Verdict.LIVE_STALE : Verdict.UNKNOWN;
  }

  /** Whether a time of completeness is as near as the options ask for. */
  static boolean isFresh(long completeUntil, long now, CheckerOptions options) {
    return options.feedMaxAge() == null || within(completeUntil, now, options.feedMaxAge());
  }

  /** Whether Keycloak has a record of the token, so that its revocation would be in Redis. */
  private static boolean isKnown(@Nullable RedisAnswer reading, @Nullable Long issuedAt) {
    return reading == null || issuedAt == null || issuedAt >= reading.since();
  }

  /** A time far in the future means that the clocks differ: then it says nothing. */
  private static boolean within(long time, long now, Duration bound) {
    // Not by the difference, which overflows for an absurd time.
    return time != RedisAnswer.NEVER
        && time >= now - bound.toMillis()
        && time <= now + bound.toMillis();
  }
}

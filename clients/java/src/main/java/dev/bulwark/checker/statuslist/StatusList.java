package dev.bulwark.checker.statuslist;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A list that has been verified. Immutable. */
final class StatusList {

  /** Also the shortest time between two fetches. */
  static final Duration MIN_TTL = Duration.ofSeconds(1);

  /** So long before the list expires, the next one is fetched. */
  private static final Duration EXPIRY_MARGIN = Duration.ofSeconds(3);

  private final @Nullable String etag;
  private final int bits;
  private final byte[] statuses;
  private final Instant issuedAt;
  private final Instant expiresAt;
  private final Duration ttl;

  StatusList(
      @Nullable String etag,
      int bits,
      byte[] statuses,
      Instant issuedAt,
      Instant expiresAt,
      Duration ttl) {
    this.etag = etag;
    this.bits = bits;
    this.statuses = statuses;
    this.issuedAt = issuedAt;
    this.expiresAt = expiresAt;
    this.ttl = ttl;
  }

  @Nullable String etag() {
    return etag;
  }

  /**
   * Returns when to fetch it again: after its {@code ttl}, and before it expires.
   *
   * @param began of the fetch that brought it; its answer may be that old
   * @param ended of that fetch, so that one that is slower than the ttl is not repeated at once
   */
  Instant due(Instant began, Instant ended) {
    Instant wanted = earlier(earlier(began, ended).plus(ttl), expiresAt.minus(EXPIRY_MARGIN));
    Instant soonest = ended.plus(MIN_TTL);
    return wanted.isBefore(soonest) ? soonest : wanted;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  boolean isOlderThan(StatusList other) {
    return issuedAt.isBefore(other.issuedAt);
  }

  boolean isExpired(Instant now) {
    return !expiresAt.isAfter(now);
  }

  /** Returns the status at an index; empty if the list is shorter. */
  OptionalInt status(long index) {
    long position = index * bits;
    if (index > Integer.MAX_VALUE || position / Byte.SIZE >= statuses.length) {
      return OptionalInt.empty();
    }
    int value = statuses[(int) (position / Byte.SIZE)] & 0xff;
    return OptionalInt.of(value >> position % Byte.SIZE & (1 << bits) - 1);
  }
}

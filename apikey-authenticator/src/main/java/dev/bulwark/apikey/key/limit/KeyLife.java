package dev.bulwark.apikey.key.limit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long keys may live in a realm. All moments are epoch milliseconds; null is no end.
 *
 * @param maxDays days from the creation of a key to the latest end it may have, 0 for any
 */
public record KeyLife(int maxDays) {

  /** The latest end of a key that is made at a moment. */
  public @Nullable Long latestEnd(long createdAt) {
    return maxDays == 0 ? null : Long.valueOf(createdAt + Duration.ofDays(maxDays).toMillis());
  }

  /**
   * The latest end that a key may be given later. It counts from the creation of the key, so that
   * changes do not add up to a life without end. A key that has a later end already, from before
   * the limit, keeps it; and a key without an end may be given any.
   *
   * @param end the end that the key has
   */
  public @Nullable Long latestEnd(long createdAt, @Nullable Long end) {
    Long latest = latestEnd(createdAt);
    if (latest == null || end == null) {
      return null;
    }
    return Long.valueOf(Math.max(latest, end));
  }

  /**
   * The end of the key that takes the place of another: that of the other, within the longest life.
   *
   * @param now when the new key is made
   * @param end the end of the other
   */
  public @Nullable Long successorEnd(long now, @Nullable Long end) {
    Long latest = latestEnd(now);
    if (latest == null || end == null) {
      return latest == null ? end : latest;
    }
    return Long.valueOf(Math.min(latest, end));
  }
}

package dev.bulwark.password.timing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.bulwark.password.foreign.StoredHash;
import java.time.Duration;
import java.util.Map;

/**
 * How long a failed login of a realm has to take on this node, learned from the hashes that it
 * computes. A hash of the current parameters takes about the same for everybody, but to find that
 * there is no such user takes longer than to find one: so all wait a little. Where users of a realm
 * still have other hashes, which come on top, all wait for the slowest kind. Thread-safe.
 */
public final class FailureTimes {

  /** A kind that nobody has logged in with for so long is forgotten. */
  private static final Duration RETENTION = Duration.ofHours(24);

  private static final int MAX_KINDS = 1000;

  /** Over the medians, for all that is done beside hashing: what takes longer, tells. */
  private static final double MARGIN = 1.5;

  private final long maxNanos;
  private final Durations ofCurrent = new Durations();
  private final Cache<Kind, Durations> ofOthers;

  /** Hashes of a realm that take about the same time. */
  private record Kind(
      String realm, String algorithm, int iterations, Map<String, String> parameters) {}

  /**
   * Begins to learn.
   *
   * @param max longest time of all; zero for never to wait
   * @param ticker the clock, in nanoseconds
   */
  public FailureTimes(Duration max, Ticker ticker) {
    this.maxNanos = max.toNanos();
    this.ofOthers =
        Caffeine.newBuilder()
            .maximumSize(MAX_KINDS)
            .expireAfterWrite(RETENTION)
            .ticker(ticker)
            .build();
  }

  /** A hash of the current parameters was computed, which took so long. */
  void recordHash(long nanos) {
    ofCurrent.add(nanos);
  }

  /** A stored hash of other parameters was verified. */
  void recordVerification(String realm, StoredHash stored, long nanos) {
    Kind kind =
        new Kind(realm, stored.algorithm(), stored.iterations(), Map.copyOf(stored.parameters()));
    Durations durations = ofOthers.get(kind, any -> new Durations());
    durations.add(nanos);
    // So that it is remembered from now on.
    ofOthers.put(kind, durations);
  }

  /** The least time of a failed login in nanoseconds; 0 where nothing is known yet. */
  long minimumNanos(String realm) {
    long slowest = 0;
    for (Map.Entry<Kind, Durations> entry : ofOthers.asMap().entrySet()) {
      if (entry.getKey().realm().equals(realm)) {
        slowest = Math.max(slowest, entry.getValue().median());
      }
    }
    return Math.min(maxNanos, (long) (MARGIN * (slowest + ofCurrent.median())));
  }
}

package dev.bulwark.events.webhook;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many events wait. The range of their numbers is read at each look, and is only a bound: one
 * event that waits for long stretches it. So where it is high they are counted, but not more often
 * than the database can bear. Not for use by several threads.
 */
final class WaitingCount {

  /** Up to here the bound will do. The option {@code max-waiting} is not less. */
  static final long FEW = 1000;

  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** Counting takes at most one part of so many of the time. */
  private static final int PARTS = 20;

  private final LongSupplier nanos;
  private long counted;
  private long next;
  private boolean known;

  /**
   * Makes one that has counted nothing yet.
   *
   * @param nanos as {@link System#nanoTime}
   */
  WaitingCount(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Returns the number.
   *
   * @param bound not less than what waits now
   * @param count counts what waits
   * @return exact, but for the last second or the last twenty times that a count takes; of less
   *     than {@value #FEW} the bound
   */
  long of(long bound, LongSupplier count) {
    if (bound < FEW) {
      return bound;
    }
    long start = nanos.getAsLong();
    if (!known || start - next >= 0) {
      counted = count.getAsLong();
      long end = nanos.getAsLong();
      next = end + Math.max(SHORTEST.toNanos(), (end - start) * PARTS);
      known = true;
    }
    return Math.min(bound, counted);
  }
}

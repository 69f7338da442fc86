package dev.bulwark.events.webhook;

import java.util.function.LongSupplier;

/**
 * How many events wait. The range of their numbers is read at each look, and is only a bound: one
 * event that waits for long stretches it. So where it is high they are counted ({@link
 * ThrottledQuery}). Not for use by several threads.
 */
final class WaitingCount {

  /** Up to here the bound will do. The option {@code max-waiting} is not less. */
  static final long COUNT_THRESHOLD = 1000;

  private final ThrottledQuery<Long> counted;

  /**
   * Makes one that has counted nothing yet.
   *
   * @param nanos as {@link System#nanoTime}
   */
  WaitingCount(LongSupplier nanos) {
    this.counted = new ThrottledQuery<>(nanos);
  }

  /**
   * Returns the number.
   *
   * @param bound not less than what waits now
   * @param count counts what waits
   * @return exact, but for the last second or the last twenty times that a count takes; of less
   *     than {@value #COUNT_THRESHOLD} the bound
   */
  long of(long bound, LongSupplier count) {
    return bound < COUNT_THRESHOLD ? bound : Math.min(bound, counted.get(count::getAsLong));
  }
}

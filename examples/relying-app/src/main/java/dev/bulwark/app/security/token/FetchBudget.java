package dev.bulwark.app.security.token;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many fetches may begin: some at once, and one more for each interval that passes.
 * Thread-safe.
 */
final class FetchBudget {

  private final int max;
  private final long intervalNanos;
  private final LongSupplier clock;
  private double left;
  private long counted;

  /**
   * Begins with all that may begin at once.
   *
   * @param max fetches at once, at least 1
   * @param interval until one more may begin, longer than zero
   * @param clock nanoseconds, as of {@link System#nanoTime()}
   */
  FetchBudget(int max, Duration interval, LongSupplier clock) {
    this.max = max;
    this.intervalNanos = interval.toNanos();
    this.clock = clock;
    this.left = max;
    this.counted = clock.getAsLong();
  }

  /** Whether one may begin now, which is then spent. */
  synchronized boolean spend() {
    long now = clock.getAsLong();
    left = Math.min(max, left + (double) (now - counted) / intervalNanos);
    counted = now;
    if (left < 1) {
      return false;
    }
    left--;
    return true;
  }
}

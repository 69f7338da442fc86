package dev.bulwark.limit;

import java.time.Duration;

/**
 * How many attempts are let through in any stretch of time as long as the window.
 *
 * @param perAddress attempts from one address, 0 (any number) to {@value #MAX_LIMIT}
 * @param perAccount attempts at one account, 0 (any number) to {@value #MAX_LIMIT}
 * @param window 1 second to 1 hour
 */
public record Limits(int perAddress, int perAccount, Duration window) {

  /** Every attempt in a window is remembered by itself: this bounds what one key may hold. */
  public static final int MAX_LIMIT = 10_000;

  public static final Duration MAX_WINDOW = Duration.ofHours(1);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException when a value is out of its range
   */
  public Limits {
    if (perAddress < 0 || perAddress > MAX_LIMIT || perAccount < 0 || perAccount > MAX_LIMIT) {
      throw new IllegalArgumentException("a limit is not 0 to " + MAX_LIMIT);
    }
    if (window.compareTo(Duration.ofSeconds(1)) < 0 || window.compareTo(MAX_WINDOW) > 0) {
      throw new IllegalArgumentException("the window is not 1 to " + MAX_WINDOW.toSeconds() + " s");
    }
  }
}

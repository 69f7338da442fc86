package dev.bulwark.limit;

import java.time.Duration;

/**
 * How many attempts are let through in any stretch of time as long as the window.
 *
 * @param perAddress attempts from one address, 0 (any number) to {@value #MOST}
 * @param perAccount attempts at one account, 0 (any number) to {@value #MOST}
 * @param window 1 second to 1 hour
 */
public record Limits(int perAddress, int perAccount, Duration window) {

  /** Every attempt in a window is remembered by itself: this bounds what one key may hold. */
  public static final int MOST = 10_000;

  public static final Duration LONGEST = Duration.ofHours(1);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException when a value is out of its range
   */
  public Limits {
    if (perAddress < 0 || perAddress > MOST || perAccount < 0 || perAccount > MOST) {
      throw new IllegalArgumentException("a limit is not 0 to " + MOST);
    }
    if (window.compareTo(Duration.ofSeconds(1)) < 0 || window.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("the window is not 1 to " + LONGEST.toSeconds() + " s");
    }
  }

  /** The limit of a scope. */
  int of(Scope scope) {
    return scope == Scope.ADDRESS ? perAddress : perAccount;
  }
}

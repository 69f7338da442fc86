package dev.bulwark.checker;

import java.time.Duration;

/** Checks of options; the message names the option and what is allowed. */
final class Ranges {

  private Ranges() {}

  static void require(String option, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          option
              + " must be "
              + min.toMillis()
              + " to "
              + max.toMillis()
              + " ms, not "
              + value.toMillis());
    }
  }

  static void require(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          option + " must be " + min + " to " + max + ", not " + value);
    }
  }
}

package dev.bulwark.backchannel.delivery;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Times to wait after failures: 1 s, then twice as long each time. A random part keeps receivers
 * that failed together from being called together. Immutable.
 */
final class Backoff {

  private static final Duration LONGEST_ASKED = Duration.ofMinutes(10);

  private final Duration longest;
  private final DoubleSupplier random;

  /**
   * Creates one.
   *
   * @param longest time at most
   * @param random from 0 to 1
   */
  Backoff(Duration longest, DoubleSupplier random) {
    this.longest = longest;
    this.random = random;
  }

  /**
   * Returns the time to wait: between three quarters of the full time and the full time.
   *
   * @param failures in a row before this one
   * @param asked what the receiver asks for, which counts where it is longer, up to ten minutes
   */
  Duration after(int failures, @Nullable Duration asked) {
    Duration full = min(Duration.ofSeconds(1L << Math.min(failures, 30)), longest);
    Duration wait =
        Duration.ofMillis((long) (full.toMillis() * (0.75 + 0.25 * random.getAsDouble())));
    return asked != null && asked.compareTo(wait) > 0 ? min(asked, LONGEST_ASKED) : wait;
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}

package dev.bulwark.http;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Times to wait after failures: 1 s, then twice as long each time, or what the receiver asks for. A
 * random part keeps receivers that failed together from being called together. Immutable.
 */
public final class Backoff {

  /** No receiver is left alone for longer than this because it asks for it. */
  public static final Duration MAX_ASKED = Duration.ofMinutes(10);

  private static final int MAX_DOUBLINGS = 30;

  private final Duration longest;
  private final Duration longestAsked;
  private final DoubleSupplier random;

  /**
   * Creates one without a random part.
   *
   * @param longest time at most
   * @param longestAsked time at most that a receiver may ask for
   */
  public Backoff(Duration longest, Duration longestAsked) {
    this(longest, longestAsked, () -> 1);
  }

  /**
   * Creates one.
   *
   * @param longest time at most
   * @param longestAsked time at most that a receiver may ask for
   * @param random from 0 to 1
   */
  public Backoff(Duration longest, Duration longestAsked, DoubleSupplier random) {
    this.longest = longest;
    this.longestAsked = longestAsked;
    this.random = random;
  }

  /**
   * Returns what a receiver asks for.
   *
   * @param retryAfter its header {@code Retry-After}, at most 999,999 seconds; null for none
   * @return null for none, and for any other form of the header
   */
  public static @Nullable Duration asked(@Nullable String retryAfter) {
    return retryAfter == null || !retryAfter.matches("[0-9]{1,6}")
        ? null
        : Duration.ofSeconds(Long.parseLong(retryAfter));
  }

  /**
   * Returns the time to wait: between three quarters of the full time and the full time.
   *
   * @param failures in a row before this one
   * @param asked what the receiver asks for, which counts where it is longer; null for nothing
   */
  public Duration after(int failures, @Nullable Duration asked) {
    Duration full = min(Duration.ofSeconds(1L << Math.min(failures, MAX_DOUBLINGS)), longest);
    Duration wait =
        Duration.ofMillis((long) (full.toMillis() * (0.75 + 0.25 * random.getAsDouble())));
    return longer(wait, asked);
  }

  /**
   * Returns a time to wait, or what the receiver asks for if that is longer.
   *
   * @param asked null for nothing
   */
  public Duration longer(Duration wait, @Nullable Duration asked) {
    return asked != null && asked.compareTo(wait) > 0 ? min(asked, longestAsked) : wait;
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}

package dev.bulwark.events.webhook;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A look at the database that is not made more often than the database can bear: at most once a
 * second, and for at most one twentieth of the time. In between the last result counts. Not for use
 * by several threads.
 *
 * @param <T> the result
 */
final class Seldom<T> {

  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final int PARTS = 20;

  private final LongSupplier nanos;
  private @Nullable T last;
  private long next;

  /**
   * Makes one without a result yet.
   *
   * @param nanos as {@link System#nanoTime}
   */
  Seldom(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Returns the last result, or looks. */
  T of(Supplier<T> look) {
    @Nullable T known = last;
    long start = nanos.getAsLong();
    if (known != null && start - next < 0) {
      return known;
    }
    T result = look.get();
    long end = nanos.getAsLong();
    next = end + Math.max(SHORTEST.toNanos(), (end - start) * PARTS);
    last = result;
    return result;
  }
}

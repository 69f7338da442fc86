package dev.bulwark.events.webhook;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A query of the database that is not made more often than the database can bear: at most once a
 * second, and for at most one twentieth of the time. In between the last result counts. Not for use
 * by several threads.
 *
 * @param <T> the result
 */
final class ThrottledQuery<T> {

  private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
  private static final int INTERVAL_FACTOR = 20;

  private final LongSupplier nanos;
  private @Nullable T last;
  private long next;

  /**
   * Makes one without a result yet.
   *
   * @param nanos as {@link System#nanoTime}
   */
  ThrottledQuery(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Returns the last result, or makes the query. */
  T get(Supplier<T> query) {
    @Nullable T known = last;
    long start = nanos.getAsLong();
    if (known != null && start - next < 0) {
      return known;
    }
    T result = query.get();
    long end = nanos.getAsLong();
    next = end + Math.max(MIN_INTERVAL.toNanos(), (end - start) * INTERVAL_FACTOR);
    last = result;
    return result;
  }
}

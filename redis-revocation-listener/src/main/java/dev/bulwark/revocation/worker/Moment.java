package dev.bulwark.revocation.worker;

import java.time.Duration;

/**
 * A point in time of this process.
 *
 * @param order nanoseconds of {@link System#nanoTime()}: tells which of two moments came first,
 *     whatever happens to the clock
 * @param millis milliseconds since 1970, by the clock
 */
record Moment(long order, long millis) {

  /** Returns whether this moment came before another. */
  boolean isBefore(Moment other) {
    return order - other.order < 0;
  }

  /** Returns the moment that comes a time later. */
  Moment plus(Duration time) {
    return new Moment(order + time.toNanos(), millis + time.toMillis());
  }

  /** Returns this moment or another, whichever came first. */
  Moment orEarlier(Moment other) {
    return other.isBefore(this) ? other : this;
  }
}

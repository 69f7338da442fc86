package dev.bulwark.limit;

import java.util.List;

/**
 * What {@code limiter-take.lua} answers.
 *
 * @param waitMillis until the pool has room; 0 where a slot was taken
 * @param pool its index
 * @param window index of its full window; 0 where a slot was taken
 * @param inFlight whether all full windows of some pool hold an open attempt
 */
record TakeAnswer(long waitMillis, int pool, int window, boolean inFlight) {

  /** Reads the numbers of the script. */
  static TakeAnswer of(List<?> numbers) {
    long wait = number(numbers, 0);
    int pool = Math.toIntExact(number(numbers, 1));
    return wait <= 0
        ? new TakeAnswer(0, pool, 0, false)
        : new TakeAnswer(wait, pool, Math.toIntExact(number(numbers, 2)), number(numbers, 3) == 1);
  }

  private static long number(List<?> numbers, int index) {
    return (Long) numbers.get(index);
  }

  /** What it means for the attempt that was made. */
  Decision decide(Attempt attempt) {
    return waitMillis == 0
        ? new Decision.Granted(pool)
        : new Decision.Refused(
            waitMillis, attempt.pools().get(pool).windows().get(window).scope(), inFlight);
  }
}

package dev.bulwark.password.level;

import java.util.Arrays;

/** The latest of many durations, for their median. Thread-safe. */
final class Durations {

  private static final int SIZE = 15;

  private final long[] latest = new long[SIZE];
  private int count;

  synchronized void add(long nanos) {
    latest[count % SIZE] = nanos;
    // Stays above SIZE when it starts anew.
    count = count == 2 * SIZE - 1 ? SIZE : count + 1;
  }

  /** In nanoseconds; 0 where there is none. */
  synchronized long median() {
    int known = Math.min(count, SIZE);
    long[] sorted = Arrays.copyOf(latest, known);
    Arrays.sort(sorted);
    return known == 0 ? 0 : sorted[known / 2];
  }
}

package dev.bulwark.password.level;

import java.util.Arrays;

/** The latest of many durations, for their median. Thread-safe. */
final class Durations {

  private static final int KEPT = 15;

  private final long[] latest = new long[KEPT];
  private int count;

  synchronized void add(long nanos) {
    latest[count % KEPT] = nanos;
    // Stays above KEPT when it starts anew.
    count = count == 2 * KEPT - 1 ? KEPT : count + 1;
  }

  /** In nanoseconds; 0 where there is none. */
  synchronized long median() {
    int known = Math.min(count, KEPT);
    long[] sorted = Arrays.copyOf(latest, known);
    Arrays.sort(sorted);
    return known == 0 ? 0 : sorted[known / 2];
  }
}

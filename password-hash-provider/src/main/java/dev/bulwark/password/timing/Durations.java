package dev.bulwark.password.timing;

import java.util.Arrays;

/** The latest of many durations, for their median. Thread-safe. */
final class Durations {

  private static final int SAMPLES = 15;

  private final long[] latest = new long[SAMPLES];
  private int count;

  synchronized void add(long nanos) {
    latest[count % SAMPLES] = nanos;
    // Stays above SAMPLES when it starts anew.
    count = count == 2 * SAMPLES - 1 ? SAMPLES : count + 1;
  }

  /** In nanoseconds; 0 where there is none. */
  synchronized long median() {
    int known = Math.min(count, SAMPLES);
    long[] sorted = Arrays.copyOf(latest, known);
    Arrays.sort(sorted);
    return known == 0 ? 0 : sorted[known / 2];
  }
}

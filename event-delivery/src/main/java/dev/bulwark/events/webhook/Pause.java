package dev.bulwark.events.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the receiver is left alone: 1 s after the first round without success, then twice as
 * long each time, a minute at most; or what it asks for, ten minutes at most. Not for use by
 * several threads.
 */
final class Pause {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration LONGEST_ASKED = Duration.ofMinutes(10);

  private Duration next = FIRST;

  /** A round had a success. */
  void reset() {
    next = FIRST;
  }

  /** Returns the time for a round without success. */
  Duration failed(@Nullable Duration asked) {
    Duration pause = next;
    next = min(next.multipliedBy(2), LONGEST);
    if (asked != null && asked.compareTo(pause) > 0) {
      return min(asked, LONGEST_ASKED);
    }
    return pause;
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}

package dev.bulwark.events.webhook;

import dev.bulwark.http.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the receiver is left alone: 1 s after the first round without success, then twice as
 * long each time, a minute at most; or what it asks for, ten minutes at most.
 */
final class Pause {

  /**
   * No pause that another node has written is longer, with a minute for clocks that differ. A node
   * that is further behind takes the longest pause for one of a wrong clock, and a pause of a
   * minute if it is ten minutes behind.
   */
  static final Duration MAX_STORED_PAUSE = Backoff.MAX_ASKED.plusMinutes(1);

  private static final Backoff BACKOFF = new Backoff(Duration.ofMinutes(1), Backoff.MAX_ASKED);

  private Pause() {}

  /**
   * Returns the time after a round without success.
   *
   * @param failures such rounds before this one, since the last success
   * @param asked by the receiver; null for nothing
   */
  static Duration after(int failures, @Nullable Duration asked) {
    return BACKOFF.after(failures, asked);
  }
}

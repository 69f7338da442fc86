package dev.bulwark.it.revocation;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The documented differences between introspection and Redis. Bulwark does not take a revocation
 * back: a token that was dead for a while, of a user that was disabled and enabled again for
 * example, may be in Redis though it is alive. Thread-safe.
 */
final class Excuses {

  /**
   * A time in which tokens were dead.
   *
   * @param whose user, client or kind of login
   * @param until its end, seconds since 1970
   */
  private record Interval(String whose, long until) {}

  private final Queue<Interval> intervals = new ConcurrentLinkedQueue<>();
  private volatile long secondsAhead;

  /** A node's clock is ahead of the test's; what it issued earlier may look newer than it is. */
  void clocksApart(Duration time) {
    secondsAhead = time.toSeconds();
  }

  /**
   * The tokens of a user, client or kind of login were dead until now, and live again.
   *
   * @param now milliseconds since 1970, on the test's clock, when they live again for sure
   */
  void livesAgain(String whose, long now) {
    intervals.add(new Interval(whose, Math.floorDiv(now, 1000L)));
  }

  /**
   * Whether a token may have been dead once.
   *
   * @param issuedAt seconds since 1970
   */
  boolean mayHaveBeenDead(TokenBook.Origin origin, long issuedAt) {
    return intervals.stream()
        .anyMatch(
            interval ->
                issuedAt <= interval.until() + secondsAhead
                    && (interval.whose().equals(origin.user())
                        || interval.whose().equals(origin.client())
                        || interval.whose().equals(origin.kind())));
  }
}

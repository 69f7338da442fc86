package dev.bulwark.events.webhook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows of the answers of a round. Immutable.
 *
 * <p>A receiver that is away must cost no event, and one event that it cannot digest must not keep
 * back those of others. So an attempt counts against an event only in a round in which others were
 * taken.
 *
 * @param taken events that are delivered
 * @param held events that wait; those of the same order key wait with them
 * @param dead events that are not tried any more
 * @param pause whether the receiver is left alone for a while
 * @param asked the longest time that it has asked for; null for none
 * @param <E> an event
 */
record Verdict<E>(
    List<E> taken, List<Held<E>> held, List<E> dead, boolean pause, @Nullable Duration asked) {

  /** Events refused in a row, with none taken, that show a receiver at fault. */
  static final int MANY = 5;

  private static final Duration UNCOUNTED = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofMinutes(5);

  /**
   * An event that waits.
   *
   * @param counted whether the attempt counts against it
   */
  record Held<E>(E event, Duration delay, boolean counted) {}

  /**
   * An event with its answer.
   *
   * @param attempts that have counted before
   */
  record Sent<E>(E event, int attempts, Answer answer) {}

  /** Judges a round. */
  static <E> Verdict<E> of(List<Sent<E>> round, int maxAttempts) {
    List<E> taken = new ArrayList<>();
    List<Held<E>> held = new ArrayList<>();
    List<E> dead = new ArrayList<>();
    boolean some = round.stream().anyMatch(sent -> sent.answer().kind() == Answer.Kind.TAKEN);
    int refused = 0;
    boolean failed = false;
    @Nullable Duration asked = null;
    for (Sent<E> sent : round) {
      @Nullable Duration wait = sent.answer().retryAfter();
      if (wait != null && (asked == null || wait.compareTo(asked) > 0)) {
        asked = wait;
      }
      switch (sent.answer().kind()) {
        case TAKEN -> taken.add(sent.event());
        case FAILED -> failed = true;
        case REFUSED -> {
          refused++;
          if (!some) {
            held.add(new Held<>(sent.event(), UNCOUNTED, false));
          } else if (sent.attempts() + 1 >= maxAttempts) {
            dead.add(sent.event());
          } else {
            held.add(new Held<>(sent.event(), backoff(sent.attempts()), true));
          }
        }
      }
    }
    boolean pause = failed || (!some && refused >= MANY);
    return new Verdict<>(taken, held, dead, pause, asked);
  }

  private static Duration backoff(int attempts) {
    Duration wait = Duration.ofSeconds(1L << Math.min(attempts, 30));
    return wait.compareTo(LONGEST) < 0 ? wait : LONGEST;
  }
}

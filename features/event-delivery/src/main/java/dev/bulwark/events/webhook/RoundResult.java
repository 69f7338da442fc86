package dev.bulwark.events.webhook;

import dev.bulwark.http.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What follows of the answers of a round. Immutable.
 *
 * <p>A receiver that is unreachable must cost no event, and one event that it cannot digest must
 * not keep back those of others. So an attempt counts against an event only in a round in which
 * others were taken, and few failures of such a round are those of their events. With many, the
 * receiver may be overloaded.
 *
 * <p>A 5xx may be that of one of several receivers behind a load balancer, or that of a kind of
 * event. So it counts against its event however many there are, and an event needs many of them.
 *
 * @param delivered events that are delivered
 * @param held events that wait; those of the same order key wait with them
 * @param dead events that are not tried any more
 * @param pause whether the receiver is left alone for a while
 * @param retryAfter the longest time that it has asked for; null for none
 * @param <E> an event
 */
record RoundResult<E>(
    List<E> delivered,
    List<Held<E>> held,
    List<E> dead,
    boolean pause,
    @Nullable Duration retryAfter) {

  /** Failures of a round that show a receiver at fault, and not events. */
  static final int FAILURE_THRESHOLD = 5;

  /** An event is sent so many times as often if the receiver breaks at it. */
  static final int SERVER_ERROR_FACTOR = 4;

  private static final Duration UNCOUNTED_PAUSE = Duration.ofSeconds(30);
  private static final Duration MAX_PAUSE = Duration.ofMinutes(5);
  private static final Backoff BACKOFF = new Backoff(MAX_PAUSE, MAX_PAUSE);

  /**
   * An event that waits.
   *
   * @param counted whether the attempt counts against it
   */
  record Held<E>(E event, Duration delay, boolean counted) {}

  /**
   * An event with its answer.
   *
   * @param orderKey of the event
   * @param attempts that have counted before
   */
  record Sent<E>(E event, String orderKey, int attempts, Answer answer) {

    private boolean isDelivered() {
      return is(Answer.Kind.DELIVERED);
    }

    private boolean is(Answer.Kind kind) {
      return answer.kind() == kind;
    }

    /**
     * Whether it is not tried any more, if the attempt counts. More attempts than the short limit
     * allows were answered with 5xx: an overload or an outage then does not end the event either.
     */
    private boolean isLast(int maxAttempts) {
      boolean serverErrors =
          is(Answer.Kind.SERVER_ERROR) || (is(Answer.Kind.UNREACHABLE) && attempts >= maxAttempts);
      return attempts + 1 >= (serverErrors ? SERVER_ERROR_FACTOR * maxAttempts : maxAttempts);
    }

    private Held<E> holdUncounted() {
      return new Held<>(event, BACKOFF.longer(UNCOUNTED_PAUSE, answer.retryAfter()), false);
    }

    private Held<E> hold() {
      return new Held<>(event, BACKOFF.after(attempts, answer.retryAfter()), true);
    }
  }

  /**
   * Judges a round.
   *
   * @param maxAttempts that count before an event is dead; {@value #SERVER_ERROR_FACTOR} times as
   *     many if the last answer is a 5xx, or if 5xx have used them up before and the last answer
   *     speaks against the receiver
   */
  static <E> RoundResult<E> of(List<Sent<E>> round, int maxAttempts) {
    List<E> delivered = round.stream().filter(Sent::isDelivered).map(Sent::event).toList();
    List<Held<E>> held = new ArrayList<>();
    List<E> dead = new ArrayList<>();
    List<Sent<E>> blamed = blamed(round, !delivered.isEmpty());
    for (Sent<E> sent : blamed) {
      if (delivered.isEmpty()) {
        held.add(sent.holdUncounted());
      } else if (sent.isLast(maxAttempts)) {
        dead.add(sent.event());
      } else {
        held.add(sent.hold());
      }
    }
    boolean failed = delivered.size() + blamed.size() < round.size();
    boolean pause =
        failed
            || areMostlyServerErrors(round)
            || (delivered.isEmpty() && countAgainstReceiver(blamed) >= FAILURE_THRESHOLD);
    return new RoundResult<>(delivered, held, dead, pause, longestRetryAfter(round));
  }

  /**
   * Returns those whose failure is, as far as one knows, that of the event. One that has failed
   * before, when others were taken, is suspected first: alone it does not stop the receiver.
   */
  private static <E> List<Sent<E>> blamed(List<Sent<E>> round, boolean othersDelivered) {
    List<Sent<E>> blamed = new ArrayList<>();
    int failed = 0;
    for (Sent<E> sent : round) {
      boolean isBlamed =
          switch (sent.answer().kind()) {
            case DELIVERED -> false;
            case REJECTED, SERVER_ERROR -> true;
            case UNREACHABLE ->
                othersDelivered ? ++failed < FAILURE_THRESHOLD : sent.attempts() > 0;
          };
      if (isBlamed) {
        blamed.add(sent);
      }
    }
    return blamed;
  }

  /**
   * How many of some failures speak against the receiver. It rejects events for what they say, so
   * all rejections of one order key count as one: a service may have many of them at once.
   */
  private static <E> long countAgainstReceiver(List<Sent<E>> blamed) {
    long keys =
        blamed.stream()
            .filter(sent -> sent.is(Answer.Kind.REJECTED))
            .map(Sent::orderKey)
            .distinct()
            .count();
    return keys + blamed.stream().filter(sent -> !sent.is(Answer.Kind.REJECTED)).count();
  }

  private static <E> boolean areMostlyServerErrors(List<Sent<E>> round) {
    long serverErrors = round.stream().filter(sent -> sent.is(Answer.Kind.SERVER_ERROR)).count();
    return serverErrors >= FAILURE_THRESHOLD && 2 * serverErrors > round.size();
  }

  private static <E> @Nullable Duration longestRetryAfter(List<Sent<E>> round) {
    return round.stream()
        .flatMap(sent -> Stream.ofNullable(sent.answer().retryAfter()))
        .max(Comparator.naturalOrder())
        .orElse(null);
  }
}

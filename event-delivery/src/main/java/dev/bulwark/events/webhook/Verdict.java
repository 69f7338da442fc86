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
 * @param taken events that are delivered
 * @param held events that wait; those of the same order key wait with them
 * @param dead events that are not tried any more
 * @param pause whether the receiver is left alone for a while
 * @param asked the longest time that it has asked for; null for none
 * @param <E> an event
 */
record Verdict<E>(
    List<E> taken, List<Held<E>> held, List<E> dead, boolean pause, @Nullable Duration asked) {

  /** Failures of a round that show a receiver at fault, and not events. */
  static final int MANY = 5;

  /** An event is sent so many times as often if the receiver breaks at it. */
  static final int PATIENCE = 4;

  private static final Duration UNCOUNTED = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final Backoff BACKOFF = new Backoff(LONGEST, LONGEST);

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

    private boolean isTaken() {
      return is(Answer.Kind.TAKEN);
    }

    private boolean is(Answer.Kind kind) {
      return answer.kind() == kind;
    }

    /**
     * Whether it is not tried any more, if the attempt counts. More attempts than the short limit
     * allows were answered with 5xx: an overload or an outage then does not end the event either.
     */
    private boolean isLast(int maxAttempts) {
      boolean patient =
          is(Answer.Kind.BROKEN) || (is(Answer.Kind.FAILED) && attempts >= maxAttempts);
      return attempts + 1 >= (patient ? PATIENCE * maxAttempts : maxAttempts);
    }

    private Held<E> holdUncounted() {
      return new Held<>(event, BACKOFF.longer(UNCOUNTED, answer.retryAfter()), false);
    }

    private Held<E> hold() {
      return new Held<>(event, BACKOFF.after(attempts, answer.retryAfter()), true);
    }
  }

  /**
   * Judges a round.
   *
   * @param maxAttempts that count before an event is dead; {@value #PATIENCE} times as many if the
   *     last answer is a 5xx, or if 5xx have used them up before and the last answer speaks against
   *     the receiver
   */
  static <E> Verdict<E> of(List<Sent<E>> round, int maxAttempts) {
    List<E> taken = round.stream().filter(Sent::isTaken).map(Sent::event).toList();
    List<Held<E>> held = new ArrayList<>();
    List<E> dead = new ArrayList<>();
    List<Sent<E>> blamed = blamed(round, !taken.isEmpty());
    for (Sent<E> sent : blamed) {
      if (taken.isEmpty()) {
        held.add(sent.holdUncounted());
      } else if (sent.isLast(maxAttempts)) {
        dead.add(sent.event());
      } else {
        held.add(sent.hold());
      }
    }
    boolean failed = taken.size() + blamed.size() < round.size();
    boolean pause =
        failed || isMostlyBroken(round) || (taken.isEmpty() && againstReceiver(blamed) >= MANY);
    return new Verdict<>(taken, held, dead, pause, asked(round));
  }

  /**
   * Returns those whose failure is, as far as one knows, that of the event. One that has failed
   * before, when others were taken, is suspected first: alone it does not stop the receiver.
   */
  private static <E> List<Sent<E>> blamed(List<Sent<E>> round, boolean othersTaken) {
    List<Sent<E>> blamed = new ArrayList<>();
    int failed = 0;
    for (Sent<E> sent : round) {
      boolean isBlamed =
          switch (sent.answer().kind()) {
            case TAKEN -> false;
            case REFUSED, BROKEN -> true;
            case FAILED -> othersTaken ? ++failed < MANY : sent.attempts() > 0;
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
  private static <E> long againstReceiver(List<Sent<E>> blamed) {
    long keys =
        blamed.stream()
            .filter(sent -> sent.is(Answer.Kind.REFUSED))
            .map(Sent::orderKey)
            .distinct()
            .count();
    return keys + blamed.stream().filter(sent -> !sent.is(Answer.Kind.REFUSED)).count();
  }

  private static <E> boolean isMostlyBroken(List<Sent<E>> round) {
    long broken = round.stream().filter(sent -> sent.is(Answer.Kind.BROKEN)).count();
    return broken >= MANY && 2 * broken > round.size();
  }

  private static <E> @Nullable Duration asked(List<Sent<E>> round) {
    return round.stream()
        .flatMap(sent -> Stream.ofNullable(sent.answer().retryAfter()))
        .max(Comparator.naturalOrder())
        .orElse(null);
  }
}

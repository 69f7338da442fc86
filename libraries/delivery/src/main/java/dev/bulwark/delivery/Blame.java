package dev.bulwark.delivery;

import dev.bulwark.delivery.Answer.Kind;
import dev.bulwark.http.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Judges the answers of a round: is the receiver at fault, or are single messages? Immutable.
 *
 * <p>A receiver that is unreachable must cost no message, and one message that it cannot digest
 * must not keep back the others. So an attempt counts against a message only in a round in which
 * others were taken, and few failures of such a round are those of their messages. With many, the
 * receiver may be overloaded.
 *
 * <p>A 5xx may be that of one of several receivers behind a load balancer, or that of a kind of
 * message. So it counts against its message however many there are, and a message needs many of
 * them.
 */
public final class Blame {

  /** Failures of a round that show a receiver at fault, and not messages. */
  public static final int FAILURE_THRESHOLD = 5;

  /** A message is sent so many times as often if the receiver breaks at it. */
  public static final int SERVER_ERROR_FACTOR = 4;

  /** Where age alone ends a message. Then each attempt counts: it only makes the waits longer. */
  public static final int ANY_ATTEMPTS = Integer.MAX_VALUE;

  private static final Duration UNCOUNTED_PAUSE = Duration.ofSeconds(30);
  private static final Duration MAX_MESSAGE_PAUSE = Duration.ofMinutes(5);
  private static final Duration MAX_RECEIVER_PAUSE = Duration.ofMinutes(1);

  private final int maxAttempts;
  private final Backoff ofMessage;
  private final Backoff ofReceiver;

  /**
   * Creates one.
   *
   * @param maxAttempts that count before a message is dead; {@value #SERVER_ERROR_FACTOR} times as
   *     many if the last answer is a 5xx, or if 5xx have used them up before and the last answer
   *     speaks against the receiver; {@link #ANY_ATTEMPTS} for no limit
   * @param random from 0 to 1, for the random part of each pause
   */
  public Blame(int maxAttempts, DoubleSupplier random) {
    this.maxAttempts = maxAttempts;
    this.ofMessage = new Backoff(MAX_MESSAGE_PAUSE, MAX_MESSAGE_PAUSE, random);
    this.ofReceiver = new Backoff(MAX_RECEIVER_PAUSE, Backoff.MAX_ASKED, random);
  }

  /**
   * A message that waits.
   *
   * @param counted whether the attempt counts against it
   */
  public record Held<C>(Sent<C> sent, Duration delay, boolean counted) {}

  /**
   * What follows of a round. Immutable.
   *
   * @param delivered messages that are delivered
   * @param held messages that wait by themselves
   * @param dead messages that are not tried any more
   * @param spared messages whose failure is that of the receiver
   * @param pause whether the receiver is left alone for a while
   * @param retryAfter the longest time that it has asked for; null for none
   */
  public record Judgement<C>(
      List<Sent<C>> delivered,
      List<Held<C>> held,
      List<Sent<C>> dead,
      List<Sent<C>> spared,
      boolean pause,
      @Nullable Duration retryAfter) {}

  /** Judges a round. */
  public <C> Judgement<C> judge(List<Sent<C>> round) {
    List<Sent<C>> delivered = round.stream().filter(sent -> sent.is(Kind.DELIVERED)).toList();
    List<Held<C>> held = new ArrayList<>();
    List<Sent<C>> dead = new ArrayList<>();
    boolean counts = !delivered.isEmpty() || maxAttempts == ANY_ATTEMPTS;
    List<Sent<C>> blamed = blamed(round, !delivered.isEmpty());
    for (Sent<C> sent : blamed) {
      if (!counts) {
        Duration delay = ofMessage.longer(UNCOUNTED_PAUSE, sent.answer().retryAfter());
        held.add(new Held<>(sent, delay, false));
      } else if (isLast(sent)) {
        dead.add(sent);
      } else {
        held.add(new Held<>(sent, delay(sent), true));
      }
    }
    List<Sent<C>> spared =
        round.stream().filter(sent -> !sent.is(Kind.DELIVERED) && !blamed.contains(sent)).toList();
    boolean pause =
        !spared.isEmpty()
            || areMostlyServerErrors(round)
            || (delivered.isEmpty() && countAgainstReceiver(blamed) >= FAILURE_THRESHOLD);
    return new Judgement<>(delivered, held, dead, spared, pause, longestRetryAfter(round));
  }

  /**
   * Notes in a receiver's row what a round says about it.
   *
   * @param now epoch milliseconds
   */
  public <C> void record(ReceiverRow receiver, List<Sent<C>> round, Judgement<C> judged, long now) {
    if (!judged.delivered().isEmpty()) {
      receiver.recordSuccess();
    }
    if (judged.pause()) {
      Duration pause = pause(receiver.getFailures(), judged.retryAfter());
      receiver.recordFailure(now, now + pause.toMillis(), lastFailure(round));
    }
  }

  /**
   * Returns how long a receiver is left alone after a round without success: 1 s after the first
   * one, then twice as long each time, a minute at most; or what it asks for, ten minutes at most.
   *
   * @param failures such rounds before this one, since the last success
   */
  Duration pause(int failures, @Nullable Duration asked) {
    return ofReceiver.after(failures, asked);
  }

  /** Returns the reason of the last message of a round that was not delivered. */
  public static <C> String lastFailure(List<Sent<C>> round) {
    return round.stream()
        .filter(sent -> !sent.is(Kind.DELIVERED))
        .map(Sent::reason)
        .reduce("", (first, second) -> second);
  }

  private <C> Duration delay(Sent<C> sent) {
    return ofMessage.after(sent.message().attempts(), sent.answer().retryAfter());
  }

  /**
   * Whether a message is not tried any more, if the attempt counts. More attempts than the short
   * limit allows were answered with 5xx: an overload or an outage then does not end it either.
   */
  private <C> boolean isLast(Sent<C> sent) {
    int attempts = sent.message().attempts();
    boolean serverErrors =
        sent.is(Kind.SERVER_ERROR) || (sent.is(Kind.UNREACHABLE) && attempts >= maxAttempts);
    return attempts + 1 >= (serverErrors ? (long) SERVER_ERROR_FACTOR * maxAttempts : maxAttempts);
  }

  /**
   * Returns those whose failure is, as far as one knows, that of the message. One that has failed
   * before, when others were taken, is suspected first: alone it does not stop the receiver, unless
   * that asks for a pause.
   */
  private static <C> List<Sent<C>> blamed(List<Sent<C>> round, boolean othersDelivered) {
    List<Sent<C>> blamed = new ArrayList<>();
    int failed = 0;
    for (Sent<C> sent : round) {
      boolean isBlamed =
          switch (sent.answer().kind()) {
            case DELIVERED -> false;
            case REJECTED, SERVER_ERROR -> true;
            case UNREACHABLE ->
                othersDelivered
                    ? ++failed < FAILURE_THRESHOLD
                    : sent.message().attempts() > 0 && sent.answer().retryAfter() == null;
          };
      if (isBlamed) {
        blamed.add(sent);
      }
    }
    return blamed;
  }

  /**
   * How many of some failures speak against the receiver. It rejects messages for what they say, so
   * all rejections of one subject count as one: a service may have many of them at once.
   */
  private static <C> long countAgainstReceiver(List<Sent<C>> blamed) {
    long subjects =
        blamed.stream()
            .filter(sent -> sent.is(Kind.REJECTED))
            .map(sent -> sent.message().subject())
            .distinct()
            .count();
    return subjects + blamed.stream().filter(sent -> !sent.is(Kind.REJECTED)).count();
  }

  private static <C> boolean areMostlyServerErrors(List<Sent<C>> round) {
    long serverErrors = round.stream().filter(sent -> sent.is(Kind.SERVER_ERROR)).count();
    return serverErrors >= FAILURE_THRESHOLD && 2 * serverErrors > round.size();
  }

  private static <C> @Nullable Duration longestRetryAfter(List<Sent<C>> round) {
    return round.stream()
        .flatMap(sent -> Stream.ofNullable(sent.answer().retryAfter()))
        .max(Comparator.naturalOrder())
        .orElse(null);
  }
}

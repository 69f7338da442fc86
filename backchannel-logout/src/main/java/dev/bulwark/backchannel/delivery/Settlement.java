package dev.bulwark.backchannel.delivery;

import dev.bulwark.backchannel.delivery.Answer.Kind;
import dev.bulwark.backchannel.outbox.LogoutNotice;
import dev.bulwark.backchannel.outbox.LogoutReceiver;
import java.time.Duration;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What follows from the answers of one round.
 *
 * <p>A receiver that does not answer, or whose answer concerns every notice, is left alone for a
 * while. That counts against no notice, but others are tried before those that were sent: it may be
 * these that the receiver does not accept. A notice that fails while the receiver accepts others,
 * or that the receiver rejects, waits by itself.
 */
final class Settlement {

  /** A round ends after so many rejections without a delivery: it is not about one notice then. */
  static final int MANY = 5;

  private final Backoff ofReceiver;
  private final Backoff ofNotice;

  /**
   * Creates one.
   *
   * @param random from 0 to 1
   */
  Settlement(DoubleSupplier random) {
    ofReceiver = new Backoff(Duration.ofMinutes(1), random);
    ofNotice = new Backoff(Duration.ofMinutes(5), random);
  }

  /** A notice that was sent. */
  record Sent(LogoutNotice notice, Answer answer) {}

  /**
   * Writes it down.
   *
   * @param now epoch milliseconds
   */
  void settle(LogoutReceiver receiver, List<Sent> round, long now) {
    boolean accepts = count(round, Kind.DELIVERED) > 0;
    boolean works = accepts || receiver.getFailures() == 0;
    List<Sent> against = round.stream().filter(sent -> !(works && isKnown(sent))).toList();
    @Nullable Answer failure = failure(against, accepts);
    if (accepts) {
      receiver.works();
    }
    if (failure != null) {
      Duration wait = ofReceiver.after(receiver.getFailures(), failure.retryAfter());
      receiver.fails(now, now + wait.toMillis(), failure.reason());
    }
    for (Sent sent : round) {
      switch (sent.answer().kind()) {
        case DELIVERED -> sent.notice().delivered(now);
        case REJECTED -> hold(sent, now);
        case UNREACHABLE -> {
          if (accepts || !against.contains(sent)) {
            hold(sent, now);
          } else {
            sent.notice().putBack(receiver.getNextAt(), sent.answer().reason());
          }
        }
      }
    }
  }

  /**
   * Whether a notice has failed before, and fails again without a word about the receiver. If the
   * receiver has accepted others since, this says nothing about it.
   */
  private static boolean isKnown(Sent sent) {
    return sent.answer().kind() == Kind.UNREACHABLE
        && sent.answer().retryAfter() == null
        && sent.notice().getReason() != null;
  }

  private void hold(Sent sent, long now) {
    LogoutNotice notice = sent.notice();
    Duration wait = ofNotice.after(notice.getAttempts(), sent.answer().retryAfter());
    notice.hold(now + wait.toMillis(), sent.answer().reason());
  }

  /** The answer for which the receiver is left alone; null for none. */
  private static @Nullable Answer failure(List<Sent> round, boolean accepts) {
    Kind kind = !accepts && count(round, Kind.REJECTED) >= MANY ? Kind.REJECTED : Kind.UNREACHABLE;
    return round.stream()
        .map(Sent::answer)
        .filter(answer -> answer.kind() == Kind.UNREACHABLE || answer.kind() == kind)
        .findFirst()
        .orElse(null);
  }

  static long count(List<Sent> round, Kind kind) {
    return round.stream().filter(sent -> sent.answer().kind() == kind).count();
  }
}

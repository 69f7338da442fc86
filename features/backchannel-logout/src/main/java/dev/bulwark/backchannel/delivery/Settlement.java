package dev.bulwark.backchannel.delivery;

import static java.util.stream.Collectors.toSet;

import dev.bulwark.backchannel.delivery.Answer.Kind;
import dev.bulwark.backchannel.outbox.LogoutNotice;
import dev.bulwark.backchannel.outbox.LogoutReceiver;
import dev.bulwark.http.Backoff;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What follows from the answers of one round.
 *
 * <p>A receiver that does not answer, or whose answer concerns every notice, is left alone for a
 * while. That counts against no notice, but others are tried before those that were sent: it may be
 * these that the receiver does not accept. A notice that fails while the receiver accepts others,
 * or that the receiver rejects, waits by itself. If many notices fail and none is delivered, the
 * receiver is taken to be away, even if it has accepted others just before: after an outage all of
 * its notices have failed before. Thread-safe.
 */
final class Settlement {

  /**
   * So many failures without a delivery are not about single notices. A round ends after so many
   * rejections.
   */
  static final int FAILURE_THRESHOLD = 5;

  private final Backoff ofReceiver;
  private final Backoff ofNotice;

  /**
   * The ids of notices that have failed again since the last delivery to their receiver, by its
   * client. A round may be too small to have many. Each node counts by itself.
   */
  private final Map<String, Set<String>> failedAgain = new ConcurrentHashMap<>();

  /**
   * Creates one.
   *
   * @param random from 0 to 1
   */
  Settlement(DoubleSupplier random) {
    ofReceiver = new Backoff(Duration.ofMinutes(1), Backoff.MAX_ASKED, random);
    ofNotice = new Backoff(Duration.ofMinutes(5), Backoff.MAX_ASKED, random);
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
    boolean reachable = accepts || (receiver.getFailures() == 0 && !isUnreachable(receiver, round));
    List<Sent> against =
        round.stream().filter(sent -> !(reachable && hasFailedBefore(sent))).toList();
    @Nullable Answer failure = failure(against, accepts);
    if (accepts) {
      receiver.recordSuccess();
    }
    if (failure != null) {
      Duration wait = ofReceiver.after(receiver.getFailures(), failure.retryAfter());
      receiver.recordFailure(now, now + wait.toMillis(), failure.reason());
    }
    if (accepts || failure != null) {
      failedAgain.remove(receiver.getClientId());
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
  private static boolean hasFailedBefore(Sent sent) {
    return sent.answer().kind() == Kind.UNREACHABLE
        && sent.answer().retryAfter() == null
        && sent.notice().getReason() != null;
  }

  /** Whether many notices have failed again: the acceptance before them says nothing any more. */
  private boolean isUnreachable(LogoutReceiver receiver, List<Sent> round) {
    Set<String> ids =
        round.stream()
            .filter(Settlement::hasFailedBefore)
            .map(sent -> sent.notice().tokenId())
            .collect(toSet());
    if (ids.isEmpty()) {
      return false;
    }
    return failedAgain.merge(receiver.getClientId(), ids, Settlement::union).size()
        >= FAILURE_THRESHOLD;
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    Set<String> both = new HashSet<>(one);
    both.addAll(other);
    return both;
  }

  private void hold(Sent sent, long now) {
    LogoutNotice notice = sent.notice();
    Duration wait = ofNotice.after(notice.getAttempts(), sent.answer().retryAfter());
    notice.hold(now + wait.toMillis(), sent.answer().reason());
  }

  /** The answer for which the receiver is left alone; null for none. */
  private static @Nullable Answer failure(List<Sent> round, boolean accepts) {
    Kind kind =
        !accepts && count(round, Kind.REJECTED) >= FAILURE_THRESHOLD
            ? Kind.REJECTED
            : Kind.UNREACHABLE;
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

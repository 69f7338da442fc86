package dev.bulwark.it.revocation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What the actors of a random run ended, and when: for the message of a failure. Thread-safe. */
final class Endings {

  /** Whatever ended longer than this before a token was issued has not ended that token. */
  private static final Duration BEFORE = Duration.ofSeconds(15);

  /** A login and an ending that are no further apart may have met. */
  private static final Duration MEETING = Duration.ofSeconds(3);

  /**
   * One request that ends something.
   *
   * @param whose user or client; empty for all of the realm
   */
  private record Ending(Instant from, Instant to, String what, String whose) {}

  private final Queue<Ending> all = new ConcurrentLinkedQueue<>();

  /** Runs a request that ends something, and notes it. */
  void during(String what, String whose, Runnable request) {
    Instant from = Instant.now();
    try {
      request.run();
    } finally {
      all.add(new Ending(from, Instant.now(), what, whose));
    }
  }

  /**
   * Whether something of the user was ended while, or right after, a token was issued.
   *
   * @param issuedAt seconds since 1970
   * @param received when its response was there; on a busy machine that can be seconds later
   */
  boolean hasMet(String user, long issuedAt, Instant received) {
    Instant from = Instant.ofEpochSecond(issuedAt);
    Instant soon = from.plus(MEETING);
    Instant until = received.isAfter(soon) ? received : soon;
    return all.stream()
        .filter(ending -> ending.whose().isEmpty() || ending.whose().equals(user))
        .anyMatch(ending -> ending.to().isAfter(from) && ending.from().isBefore(until));
  }

  /**
   * Whether something of the user was ended after a token was issued.
   *
   * @param issuedAt seconds since 1970
   */
  boolean isAfter(String user, long issuedAt) {
    Instant from = Instant.ofEpochSecond(issuedAt);
    return all.stream()
        .filter(ending -> ending.whose().isEmpty() || ending.whose().equals(user))
        .anyMatch(ending -> ending.to().isAfter(from));
  }

  /**
   * The endings that may have ended a token, oldest first.
   *
   * @param issuedAt seconds since 1970
   */
  List<String> of(String user, String client, long issuedAt) {
    Instant since = Instant.ofEpochSecond(issuedAt).minus(BEFORE);
    return all.stream()
        .filter(ending -> ending.to().isAfter(since))
        .filter(
            ending ->
                ending.whose().isEmpty()
                    || ending.whose().equals(user)
                    || ending.whose().equals(client))
        .map(
            ending ->
                ending.what()
                    + " "
                    + ending.whose()
                    + " "
                    + ending.from().toEpochMilli()
                    + ".."
                    + ending.to().toEpochMilli())
        .toList();
  }
}

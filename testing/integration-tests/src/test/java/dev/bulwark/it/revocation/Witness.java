package dev.bulwark.it.revocation;

import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.TokenRef;
import dev.bulwark.checker.Verdict;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.it.support.CheckedToken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A relying application that asks all the time about tokens whose end Keycloak has confirmed. It
 * uses the library, and fails closed. It must never be told that such a token is valid.
 */
final class Witness implements AutoCloseable {

  /** So many of the latest tokens are asked for. */
  private static final int WATCHED = 200;

  private final RevocationChecker checker;
  private final Deque<TokenRef> watched = new ArrayDeque<>();
  private final Queue<String> valid = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::ask, "witness");
  private volatile boolean closed;
  private volatile long answers;

  /**
   * Begins to ask.
   *
   * @param redisUrl of a server or of Sentinels
   */
  Witness(String redisUrl) {
    this.checker =
        new RevocationChecker(
            JedisAccess.of(redisUrl, JedisSettings.defaults()),
            CheckerOptions.builder().retryInterval(Duration.ofMillis(50)).build());
    thread.start();
  }

  /** From now on the token is not valid. */
  void ended(String accessToken) {
    synchronized (watched) {
      watched.addLast(CheckedToken.of(accessToken));
      if (watched.size() > WATCHED) {
        watched.removeFirst();
      }
    }
  }

  /**
   * Whether the library trusts Redis now: it says of a token that nobody knows that it is valid.
   */
  boolean trustsRedis() {
    return checker.check(CheckedToken.unknown()) == Verdict.LIVE;
  }

  /** What it was told wrongly. */
  List<String> wrongAnswers() {
    return List.copyOf(valid);
  }

  /** Number of answers so far. */
  long answers() {
    return answers;
  }

  private void ask() {
    while (!closed) {
      for (TokenRef token : now()) {
        Verdict answer = checker.check(token);
        if (answer == Verdict.LIVE || answer == Verdict.LIVE_STALE) {
          valid.add(Instant.now().toEpochMilli() + " " + answer + " " + token.jti());
        }
        answers++;
      }
      Thread.onSpinWait();
    }
  }

  private List<TokenRef> now() {
    synchronized (watched) {
      return List.copyOf(watched);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    checker.close();
  }
}

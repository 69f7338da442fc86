package dev.bulwark.it.revocation;

import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Response;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Users who log in at one node, refresh, and log out at the other, while parts of the system fail.
 * A request that fails is none.
 */
final class LoginTraffic implements AutoCloseable {

  private static final int USERS = 3;

  /** Between two sessions of a user. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final TwoNodeRealm realm;
  private final TokenBook book;
  private final Witness witness;
  private final ExecutorService threads = Executors.newFixedThreadPool(USERS);
  private final List<Future<?>> running = new ArrayList<>();
  private final AtomicInteger rounds = new AtomicInteger();
  private volatile boolean closed;

  LoginTraffic(TwoNodeRealm realm, TokenBook book, Witness witness) {
    this.realm = realm;
    this.book = book;
    this.witness = witness;
    List<String> users = List.of("ann", "ben", "cyn");
    for (int i = 0; i < USERS; i++) {
      int number = i;
      running.add(threads.submit(() -> act(users.get(number), number)));
    }
  }

  /** Waits while the traffic goes on. */
  void goOnFor(Duration time) {
    await().pollDelay(time).atMost(time.plusMinutes(1)).until(() -> true);
  }

  private void act(String user, int number) {
    for (int round = number; !closed; round++) {
      try {
        session(user, realm.nodes().get(round % 2), realm.nodes().get((round + 1) % 2));
      } catch (UncheckedIOException e) {
        // The node is away.
      }
      goOnFor(PAUSE);
      rounds.incrementAndGet();
    }
  }

  private void session(String user, PathRealm one, PathRealm other) {
    Response first =
        one.token(
            "cli",
            Map.of("grant_type", "password", "username", user, "password", PathRealm.PASSWORD));
    if (first.status() != 200) {
      return;
    }
    note(first, user);
    String refreshToken = first.text("refresh_token");
    Response second = other.refresh("cli", refreshToken);
    if (second.status() == 200) {
      note(second, user);
    }
    Response ended = other.logout("cli", refreshToken);
    // One that came before its ids confirms nothing; they have to be there in the end.
    if (ended.status() == 204 && ended.header("Bulwark-Revocation").isEmpty()) {
      witness.ended(first.text("access_token"));
      if (second.status() == 200) {
        witness.ended(second.text("access_token"));
      }
    }
  }

  private void note(Response tokens, String user) {
    book.add(tokens.text("access_token"), new TokenBook.Origin(user, "cli", "traffic", "traffic"));
  }

  @Override
  public void close() throws InterruptedException, ExecutionException {
    closed = true;
    for (Future<?> one : running) {
      one.get();
    }
    threads.shutdownNow();
  }
}

package dev.bulwark.it.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Realm;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * B12: an event whose request was answered is delivered, and those of a user in order, though
 * Keycloak is killed twice meanwhile and the receiver is away for a while ({@code
 * -Dbulwark.events=10000}: so many).
 */
@Tag("full")
class WebhookKilledIT {

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int EVENTS = Integer.getInteger("bulwark.events", 1000);
  private static final int THREADS = 4;

  private final AnsweredTokens answered = new AnsweredTokens();

  /** Opens when the server runs. */
  private final AtomicReference<CountDownLatch> running =
      new AtomicReference<>(new CountDownLatch(0));

  @Test
  void noEventIsLostAndOrderIsKept() throws Exception {
    try (PostgresProcess database = PostgresProcess.prepared();
        WebhookReceiver receiver = WebhookReceiver.start();
        EventServer server =
            EventServer.start(
                "webhook-killed",
                spec -> EventServer.delivering(database.configure(spec), receiver))) {
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      List<Future<Void>> callers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        // Half of them are services, whose events come in any order.
        @Nullable String user = i % 2 == 0 ? "user-" + i : null;
        if (user != null) {
          server.user(user);
        }
        callers.add(threads.submit(() -> call(server.realm(), user)));
      }
      awaitAnswered(EVENTS / 4);
      killAndStart(server);
      awaitAnswered(EVENTS / 2);
      receiver.away();
      awaitAnswered(EVENTS * 3 / 4);
      killAndStart(server);
      receiver.back();
      for (Future<Void> caller : callers) {
        caller.get();
      }
      threads.shutdown();

      await("every event to be delivered")
          .atMost(LONG)
          .until(() -> answered.areDelivered(receiver));
      await("nothing to wait any more")
          .atMost(LONG)
          .until(() -> server.metric("bulwark_webhook_waiting") == 0);
      assertThat(answered.size()).isGreaterThanOrEqualTo(EVENTS);
      answered.assertOrderOfEachUser(receiver);
      assertThat(server.metric("bulwark_webhook_dead")).isZero();
      assertThat(receiver.refused()).isEmpty();
      System.out.printf(
          "%d answered, %d deliveries of %d events%n",
          answered.size(),
          receiver.taken().size(),
          receiver.taken().stream().map(WebhookReceiver.Taken::id).distinct().count());
    }
  }

  private void killAndStart(EventServer server) {
    CountDownLatch started = new CountDownLatch(1);
    running.set(started);
    server.keycloak().kill();
    server.keycloak().startAgain();
    started.countDown();
  }

  private void awaitAnswered(int number) {
    await(number + " answers").atMost(LONG).until(() -> answered.size() >= number);
  }

  /** Gets tokens; a request that the killed server did not answer may or may not have an event. */
  private Void call(Realm realm, @Nullable String user) throws InterruptedException {
    while (answered.size() < EVENTS) {
      running.get().await();
      try {
        answered.request(realm, user);
      } catch (UncheckedIOException ignored) {
        // It was killed: the next turn waits for its start.
      }
    }
    return null;
  }
}

package dev.bulwark.it.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * B12: an event whose request was answered is delivered, though Keycloak is killed twice meanwhile
 * and the receiver is away for a while ({@code -Dbulwark.events=10000}: so many).
 */
@Tag("full")
class WebhookKilledIT {

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int EVENTS = Integer.getInteger("bulwark.events", 1000);
  private static final int THREADS = 4;

  private final Set<String> answered = ConcurrentHashMap.newKeySet();

  /** Opens when the server runs. */
  private final AtomicReference<CountDownLatch> running =
      new AtomicReference<>(new CountDownLatch(0));

  @Test
  void noEventIsLost() throws Exception {
    try (PostgresProcess database = PostgresProcess.prepared();
        WebhookReceiver receiver = WebhookReceiver.start();
        EventServer server =
            EventServer.start(
                "webhook-killed",
                spec -> EventServer.delivering(database.configure(spec), receiver))) {
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      List<Future<Void>> callers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        callers.add(threads.submit(() -> call(server.realm())));
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
          .until(() -> delivered(receiver).containsAll(answered));
      await("nothing to wait any more")
          .atMost(LONG)
          .until(() -> server.metric("bulwark_webhook_waiting") == 0);
      assertThat(answered).hasSizeGreaterThanOrEqualTo(EVENTS);
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
  private Void call(Realm realm) throws InterruptedException {
    while (answered.size() < EVENTS) {
      running.get().await();
      try {
        Response response =
            realm.clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of());
        if (response.status() == 200) {
          answered.add(Realm.claims(response.text("access_token")).get("jti").asText());
        }
      } catch (UncheckedIOException ignored) {
        // It was killed: the next turn waits for its start.
      }
    }
    return null;
  }

  private static Set<String> delivered(WebhookReceiver receiver) {
    Set<String> tokens = new HashSet<>();
    for (WebhookReceiver.Taken event : receiver.taken()) {
      tokens.add(event.text("/keycloak/details/token_id"));
    }
    return tokens;
  }
}

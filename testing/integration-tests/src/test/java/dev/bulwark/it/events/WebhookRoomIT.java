package dev.bulwark.it.events;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.events.WebhookReceiver.Taken;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** B12: neither an event that waits for long nor a busy user or service takes others their room. */
@Tag("full")
class WebhookRoomIT {

  /** The least that the option allows. */
  private static final int MAX_WAITING = 1000;

  /** The default of the option max-in-flight. */
  private static final int IN_FLIGHT = 8;

  private static final int AT_ONCE = 200;
  private static final String OPTION = "spi-events-listener--bulwark-webhook--";
  private static final String LOGIN = "org.keycloak.user.CLIENT_LOGIN";

  private static WebhookReceiver receiver;
  private static EventServer server;

  @BeforeAll
  static void start() {
    receiver = WebhookReceiver.start();
    server =
        EventServer.start(
            "webhook-room",
            spec ->
                EventServer.delivering(spec, receiver)
                    .option(OPTION + "max-waiting", Integer.toString(MAX_WAITING))
                    .option(OPTION + "max-attempts", "100"));
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
    if (receiver != null) {
      receiver.close();
    }
  }

  @AfterEach
  void takeAll() {
    receiver.answer(event -> 204);
  }

  @Test
  void noEventIsDroppedWhileOneWaits() {
    double dropped = dropped();
    long before = logins();
    receiver.answer(event -> event.type().equals("org.keycloak.admin.USER.CREATE") ? 403 : 204);
    server.user("somebody");

    for (int stored = AT_ONCE; stored <= MAX_WAITING + AT_ONCE; stored += AT_ONCE) {
      IntStream.range(0, AT_ONCE).parallel().forEach(i -> token(server.realm()));
      long expected = before + stored;
      await().atMost(SOON).untilAsserted(() -> assertThat(logins()).isEqualTo(expected));
    }
    assertThat(dropped()).isEqualTo(dropped);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(server.metric("bulwark_webhook_waiting")).isOne());
  }

  /** One after the other, they would be as slow as one request, and fill the table. */
  @Test
  void loginsOfAServiceAreSentAtOnce() throws InterruptedException {
    int many = 5 * IN_FLIGHT;
    long before = logins();
    AtomicInteger underWay = new AtomicInteger();
    CountDownLatch reached = new CountDownLatch(1);
    receiver.away();
    try {
      IntStream.range(0, many).parallel().forEach(i -> token(server.realm()));
      receiver.answer(
          event -> {
            if (event.type().equals(LOGIN)) {
              awaitOthers(underWay, reached);
            }
            return 204;
          });
    } finally {
      receiver.back();
    }
    assertThat(reached.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    await().atMost(SOON).until(() -> logins() >= before + many);
  }

  /** Less than the time for a request. */
  private static void awaitOthers(AtomicInteger underWay, CountDownLatch reached) {
    if (underWay.incrementAndGet() >= IN_FLIGHT) {
      reached.countDown();
    }
    try {
      boolean unused = reached.await(3, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      underWay.decrementAndGet();
    }
  }

  @Test
  void oneBusyUserLeavesRoomForOthers() {
    AdminApi admin = server.admin();
    String busy = server.user("busy");
    String other = server.user("other");
    receiver.away();
    double dropped;
    try {
      for (int i = 0; i <= MAX_WAITING / 2; i++) {
        change(admin, busy);
      }
      double before = dropped();
      await()
          .atMost(SOON)
          .until(
              () -> {
                change(admin, busy);
                return dropped() > before;
              });
      dropped = dropped();
      for (int i = 0; i < 5; i++) {
        change(admin, other);
      }
      assertThat(dropped()).isEqualTo(dropped);
      assertThat(server.keycloak().log()).contains("users/" + busy + " more wait than one tenth");
    } finally {
      receiver.back();
    }
    await().atMost(SOON).until(() -> changes(other) == 5);
    // There is room again.
    await()
        .atMost(SOON)
        .until(
            () -> {
              double before = dropped();
              change(admin, busy);
              return dropped() == before;
            });
  }

  /** The disk does not fill, whoever the events are of: each is of another subject. */
  @Test
  void noMoreEventsWaitThanMay() {
    AdminApi admin = server.admin();
    AtomicInteger users = new AtomicInteger();
    receiver.away();
    try {
      double before = dropped();
      for (int i = 0; i < MAX_WAITING; i++) {
        addUser(admin, users);
      }
      await()
          .atMost(SOON)
          .until(
              () -> {
                addUser(admin, users);
                return dropped() > before;
              });
      double full = dropped();
      for (int i = 0; i < AT_ONCE; i++) {
        addUser(admin, users);
      }
      assertThat(dropped()).isEqualTo(full + AT_ONCE);
    } finally {
      receiver.back();
    }
    // One of another test may wait for longer.
    await().atMost(SOON).until(() -> server.metric("bulwark_webhook_waiting") <= 1);
    await()
        .atMost(SOON)
        .until(
            () -> {
              double before = dropped();
              addUser(admin, users);
              return dropped() == before;
            });
  }

  private static void addUser(AdminApi admin, AtomicInteger users) {
    admin
        .post("/realms/app/users", Json.object("username", "room-" + users.incrementAndGet()))
        .expect(201);
  }

  private static void change(AdminApi admin, String user) {
    admin.put("/realms/app/users/" + user, Json.object("email", user + "@example.org")).expect(204);
  }

  private static double dropped() {
    return server.metric("bulwark_webhook_events_total", "outcome=\"dropped\"");
  }

  private static void token(Realm realm) {
    realm.clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of()).expect(200);
  }

  private static long logins() {
    return receiver.taken().stream()
        .filter(event -> event.type().equals(LOGIN))
        .map(Taken::id)
        .distinct()
        .count();
  }

  private static long changes(String user) {
    return receiver.taken().stream()
        .filter(event -> event.type().equals("org.keycloak.admin.USER.UPDATE"))
        .filter(event -> event.text("/user/target/id").equals(user))
        .map(Taken::id)
        .distinct()
        .count();
  }
}

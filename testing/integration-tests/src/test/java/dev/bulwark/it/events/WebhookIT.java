package dev.bulwark.it.events;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.events.WebhookReceiver.Taken;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** B12: events reach a webhook, whatever the receiver does. */
@Tag("slow")
class WebhookIT {

  private static final String CLIENT = "tasks-service";

  /** The pause after each is twice as long as the one before. */
  private static final int ATTEMPTS = 2;

  private static final String FAILED_LOGIN = "org.keycloak.user.CLIENT_LOGIN_ERROR";

  private static final String REJECTED = "rejected " + ATTEMPTS + " times: status ";

  private static WebhookReceiver receiver;
  private static EventServer server;

  private final String name = "u" + UUID.randomUUID();

  @BeforeAll
  static void start() {
    receiver = WebhookReceiver.start();
    server =
        EventServer.start(
            "webhook",
            spec ->
                EventServer.delivering(spec, receiver)
                    .option(
                        "spi-events-listener--bulwark-webhook--max-attempts",
                        Integer.toString(ATTEMPTS)));
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
    assertThat(receiver.refused()).as("requests without a right signature").isEmpty();
  }

  @Test
  void aLoginIsDeliveredSigned() {
    String user = server.user(name);
    server.realm().login(name).expect(200);
    server.realm().login(name, "wrong", "openid");

    await().atMost(SOON).until(() -> of(user, "LOGIN_ERROR").size() == 1);
    Taken login = of(user, "LOGIN").get(0);
    assertThat(login.id()).isEqualTo(login.event().get("id").asText());
    assertThat(login.event().get("source").asText()).isEqualTo("/realms/app");
    assertThat(login.text("/event/outcome")).isEqualTo("success");
    assertThat(login.text("/user/name")).isEqualTo(name);
    assertThat(login.text("/source/ip")).isEqualTo("127.0.0.1");
    assertThat(of(user, "LOGIN_ERROR").get(0).text("/event/reason"))
        .isEqualTo("invalid_user_credentials");
  }

  /** The event log writes to standard output where it has no file. */
  @Test
  void theSameEventIsALineOfTheEventLog() {
    String user = server.user(name);
    server.realm().login(name).expect(200);
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(logged(user))
                    .extracting(line -> line.at("/event/action").asText())
                    .containsOnlyOnce("login"));
  }

  private static List<JsonNode> logged(String user) {
    return server
        .keycloak()
        .log()
        .lines()
        .filter(line -> line.startsWith("{") && line.contains(user))
        .map(Json::parse)
        .toList();
  }

  @Test
  void anAdministratorsChangeIsDeliveredWithoutWhatWasSent() {
    String user = server.user(name);
    await().atMost(SOON).until(() -> !changes("USER.CREATE", user).isEmpty());
    Taken change = changes("USER.CREATE", user).get(0);
    assertThat(change.text("/event/category/0")).isEqualTo("iam");
    assertThat(change.event().toString()).doesNotContain(Realm.PASSWORD, "firstName");
  }

  @Test
  void whatHappensWhileTheReceiverIsAwayComesInOrder() {
    String user = server.user(name);
    receiver.away();
    try {
      for (int i = 0; i < 20; i++) {
        change(user, i);
      }
    } finally {
      receiver.back();
    }
    await().atMost(SOON).until(() -> changes("USER.UPDATE", user).size() >= 20);
    // A request whose answer was lost comes twice, with the same id.
    List<String> ids = changes("USER.UPDATE", user).stream().map(Taken::id).distinct().toList();
    assertThat(ids).hasSize(20);
    assertThat(changes("USER.UPDATE", user).stream().map(each -> each.text("/@timestamp")))
        .isSorted();
  }

  /** It keeps back the events of no other user, and is no riddle for the administrator. */
  @Test
  void anEventThatTheReceiverCannotDigestBecomesADeadLetter() {
    String user = server.user(name);
    String other = server.user("o" + name);
    await().atMost(SOON).until(() -> !changes("USER.CREATE", user).isEmpty());
    receiver.answer(event -> isChangeOf(event, user) ? 422 : 204);
    inOneRoundWith(
        other,
        () -> {
          change(user, 1);
          change(user, 2);
        });
    await()
        .atMost(SOON)
        .until(
            () -> {
              change(other, 1);
              return letters(user).size() == 2;
            });
    assertThat(changes("USER.UPDATE", other)).isNotEmpty();
    JsonNode letter = letters(user).get(0);
    assertThat(letter.get("reason").asText()).isEqualTo(REJECTED + 422);
    await().atMost(SOON).until(() -> server.metric("bulwark_webhook_dead") >= 2);
    assertThat(server.keycloak().log())
        .contains("Event " + letter.get("id").asText() + " of realm");

    receiver.answer(event -> 204);
    String path = "/realms/app/dead-events/";
    AdminApi admin = server.admin();
    admin.post(path + letter.get("id").asText() + "/send", "").expect(204);
    await()
        .atMost(SOON)
        .until(
            () ->
                changes("USER.UPDATE", user).stream()
                    .anyMatch(each -> each.id().equals(letter.get("id").asText())));
    String second = letters(user).get(0).get("id").asText();
    admin.delete(path + second).expect(204);
    assertThat(letters(user)).isEmpty();
    assertThat(admin.delete(path + second).status()).isEqualTo(404);
  }

  /** The first event of many of one client, as when somebody tries out user names. */
  @ParameterizedTest
  @ValueSource(ints = {403, 422})
  void oneEventThatTheReceiverDoesNotTakeStopsNoOther(int status) {
    String other = server.user("o" + name);
    await().atMost(SOON).until(() -> !changes("USER.CREATE", other).isEmpty());
    int before = ofClient().size();
    AtomicReference<String> bad = new AtomicReference<>();
    receiver.answer(event -> isOfClient(event) && isFirst(event, bad) ? status : 204);
    int many = 300;
    inOneRoundWith(
        other,
        () -> {
          for (int i = 0; i < many; i++) {
            server.realm().clientCredentials(CLIENT, "wrong", Map.of()).expect(401);
          }
        });

    await().atMost(SOON).until(() -> !changes("USER.UPDATE", other).isEmpty());
    await()
        .atMost(SOON)
        .until(
            () -> {
              change(other, 1);
              return !letters(bad.get()).isEmpty();
            });
    assertThat(letters(bad.get()).get(0).get("reason").asText()).isEqualTo(REJECTED + status);
    await().atMost(SOON).until(() -> ofClient().size() - before >= many - 1);
    List<Taken> rest = ofClient().subList(before, ofClient().size());
    assertThat(rest).extracting(Taken::id).doesNotHaveDuplicates().doesNotContain(bad.get());
  }

  /** As when somebody guesses the secret of a service. None of these events is accepted. */
  @Test
  void rejectedEventsOfOneServiceDelayNoOther() throws InterruptedException {
    String user = server.user(name);
    await().atMost(SOON).until(() -> !changes("USER.CREATE", user).isEmpty());
    String client = "gateway";
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch stored = new CountDownLatch(1);
    Set<String> rejected = ConcurrentHashMap.newKeySet();
    receiver.answer(
        event -> {
          if (!event.type().equals(FAILED_LOGIN)
              || !event.text("/keycloak/client_id").equals(client)) {
            return 204;
          }
          first.countDown();
          awaitQuietly(stored);
          rejected.add(event.id());
          return 422;
        });
    int many = 10;
    try {
      for (int i = 0; i <= many; i++) {
        server.realm().clientCredentials(client, "wrong", Map.of()).expect(401);
        // The others are in the next round together.
        assertThat(first.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      stored.countDown();
    }
    await().atMost(SOON).until(() -> rejected.size() > many);
    change(user, 1);
    await().atMost(SOON).until(() -> !changes("USER.UPDATE", user).isEmpty());
    assertThat(server.keycloak().log()).doesNotContain("accepts no events: status 422");
  }

  /** As all are of one subject, it is not left alone. Nobody would know of it otherwise. */
  @Test
  void aReceiverThatRejectsAllOfAServiceIsWarnedOfOnce() {
    String user = server.user(name);
    await().atMost(SOON).until(() -> !changes("USER.CREATE", user).isEmpty());
    change(user, 0);
    await().atMost(SOON).until(() -> !changes("USER.UPDATE", user).isEmpty());
    long warnings = lines("accepts no");
    long ends = lines("accepts events again");
    Set<String> rejected = ConcurrentHashMap.newKeySet();
    receiver.answer(
        event -> {
          rejected.add(event.id());
          return 422;
        });
    int many = 30;
    for (int i = 0; i < many; i++) {
      server.realm().clientCredentials("gateway", "wrong", Map.of()).expect(401);
    }
    await().atMost(SOON).until(() -> rejected.size() >= many);
    await().atMost(SOON).until(() -> lines("accepts no") > warnings);
    receiver.answer(event -> 204);
    change(user, 1);
    await().atMost(SOON).until(() -> lines("accepts events again") > ends);
    assertThat(lines("accepts no")).isEqualTo(warnings + 1);
    assertThat(lines("accepts events again")).isEqualTo(ends + 1);
  }

  private static long lines(String text) {
    return server.keycloak().log().lines().filter(line -> line.contains(text)).count();
  }

  @Test
  void eventsOfAUserWaitForOneThatIsNotTaken() {
    String user = server.user(name);
    String other = server.user("o" + name);
    await().atMost(SOON).until(() -> !changes("USER.CREATE", other).isEmpty());
    AtomicReference<String> bad = new AtomicReference<>();
    receiver.answer(event -> isChangeOf(event, user) && isFirst(event, bad) ? 422 : 204);
    int many = 20;
    inOneRoundWith(other, () -> IntStream.range(0, many).forEach(i -> change(user, i)));
    await()
        .atMost(SOON)
        .until(
            () -> {
              change(other, 1);
              return changes("USER.UPDATE", user).size() >= many - 1;
            });
    assertThat(letters(user)).extracting(each -> each.get("id").asText()).containsOnly(bad.get());
    assertThat(changes("USER.UPDATE", user))
        .extracting(each -> Instant.parse(each.text("/@timestamp")))
        .hasSize(many - 1)
        .isSorted();
  }

  @Test
  void manyDeadLettersAreSentAgainOrDeletedWithOneRequest() {
    String user = server.user(name);
    String bad = server.user("b" + name);
    String other = server.user("o" + name);
    await().atMost(SOON).until(() -> !changes("USER.CREATE", other).isEmpty());
    String start = Instant.now().toString();
    receiver.answer(event -> isChangeOf(event, user) || isChangeOf(event, bad) ? 422 : 204);
    inOneRoundWith(
        other,
        () -> {
          change(user, 1);
          change(bad, 1);
        });
    awaitLetters(other, user, bad);

    AdminApi admin = server.admin();
    String path = "/realms/app/dead-events";
    String end = Instant.now().plusSeconds(60).toString();
    assertThat(admin.post(path + "/send", "").status()).isEqualTo(400);
    assertThat(admin.delete(path).status()).as("nobody deletes all by mistake").isEqualTo(400);
    assertThat(admin.delete(path + "/?before=soon").status()).isEqualTo(400);
    admin.delete(path + "?before=" + start).expect(200);
    assertThat(letters(user)).hasSize(1);

    receiver.answer(event -> isChangeOf(event, bad) ? 422 : 204);
    int sent =
        admin.post(path + "/send?before=" + end, "").expect(200).json().get("events").asInt();
    assertThat(sent).isEqualTo(2);
    assertThat(letters(user)).isEmpty();
    await().atMost(SOON).until(() -> !changes("USER.UPDATE", user).isEmpty());
    awaitLetters(other, bad);
    assertThat(admin.delete(path + "?before=" + end).expect(200).json().get("events").asInt())
        .isOne();
    assertThat(letters(bad)).isEmpty();
  }

  /** A realm with the id of the former one shows what is left of it. */
  @Test
  void deadLettersOfADeletedRealmAreDeleted() {
    String other = server.user("o" + name);
    AdminApi admin = server.admin();
    String id = name.substring(1);
    String realm =
        Json.object("id", id, "realm", id, "eventsListeners", List.of("bulwark-webhook"));
    String path = "/realms/" + id;
    admin.makeRealm(realm);
    receiver.answer(
        event ->
            event.event().get("source").asText().equals(path)
                    && event.type().equals("org.keycloak.admin.GROUP.CREATE")
                ? 422
                : 204);
    inOneRoundWith(
        other, () -> admin.post(path + "/groups", Json.object("name", "people")).expect(201));
    await()
        .atMost(SOON)
        .until(
            () -> {
              change(other, 1);
              return !admin.get(path + "/dead-events").expect(200).json().isEmpty();
            });
    admin.delete(path).expect(204);
    admin.makeRealm(realm);
    assertThat(admin.get(path + "/dead-events").expect(200).json()).isEmpty();
    admin.delete(path).expect(204);
  }

  /** An event that is not taken, and is alone in its round, waits for 30 s. */
  private void inOneRoundWith(String other, Runnable events) {
    receiver.away();
    try {
      events.run();
      change(other, 0);
    } finally {
      receiver.back();
    }
  }

  /** They need others that are taken. */
  private void awaitLetters(String other, String... users) {
    await()
        .atMost(SOON)
        .until(
            () -> {
              change(other, 1);
              return Stream.of(users).noneMatch(user -> letters(user).isEmpty());
            });
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isFirst(Taken event, AtomicReference<String> first) {
    return first.compareAndSet(null, event.id()) || event.id().equals(first.get());
  }

  private static boolean isOfClient(Taken event) {
    return event.type().equals(FAILED_LOGIN) && event.text("/keycloak/client_id").equals(CLIENT);
  }

  private static List<Taken> ofClient() {
    return receiver.taken().stream().filter(WebhookIT::isOfClient).toList();
  }

  @Test
  void deadLettersAreForAdministratorsOfEvents() {
    server.user(name);
    String token = server.realm().login(name).expect(200).text("access_token");
    assertThat(
            Http.get(
                    server.keycloak().url() + "/admin/realms/app/dead-events",
                    "Authorization",
                    "Bearer " + token)
                .status())
        .isEqualTo(403);
  }

  /** At the shared server, which has PostgreSQL: that rejects a query with NUL. */
  @Test
  void whatIsNoIdOfADeadLetterIsNotFound() {
    AdminApi admin = TestStack.get().admin();
    for (String id : List.of("%00", "a%00b", "nothing")) {
      String path = "/realms/app/dead-events/" + id;
      assertThat(admin.post(path + "/send", "").status()).as(id).isEqualTo(404);
      assertThat(admin.delete(path).status()).as(id).isEqualTo(404);
    }
  }

  @Test
  void aReceiverThatHangsHoldsNoLogin() throws InterruptedException {
    String user = server.user(name);
    await().atMost(SOON).until(() -> !changes("USER.CREATE", user).isEmpty());
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    receiver.answer(
        event -> {
          asked.countDown();
          awaitQuietly(released);
          return 204;
        });
    try {
      server.realm().login(name).expect(200);
      assertThat(asked.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
      IntStream.range(0, 20).forEach(i -> server.realm().login(name).expect(200));
    } finally {
      receiver.answer(event -> 204);
      released.countDown();
    }
    await()
        .atMost(SOON)
        .until(() -> of(user, "LOGIN").stream().map(Taken::id).distinct().count() == 21);
  }

  @Test
  void aRedirectIsNotFollowed() {
    String user = server.user(name);
    await().atMost(SOON).until(() -> !changes("USER.CREATE", user).isEmpty());
    double failed = server.metric("bulwark_webhook_events_total", "outcome=\"unreachable\"");
    receiver.location(receiver.url() + "-elsewhere");
    receiver.answer(event -> 307);
    change(user, 1);
    await()
        .atMost(SOON)
        .until(
            () ->
                server.metric("bulwark_webhook_events_total", "outcome=\"unreachable\"") > failed);
    receiver.answer(event -> 204);
    await().atMost(SOON).until(() -> !changes("USER.UPDATE", user).isEmpty());
    assertThat(receiver.paths()).containsOnly("/events");
  }

  private void change(String user, int number) {
    server
        .admin()
        .put(
            "/realms/app/users/" + user,
            Json.object("firstName", "A" + number, "lastName", "B", "email", user + "@example.org"))
        .expect(204);
  }

  private static boolean isChangeOf(Taken event, String user) {
    return event.type().equals("org.keycloak.admin.USER.UPDATE")
        && event.text("/user/target/id").equals(user);
  }

  private static List<Taken> changes(String type, String user) {
    return receiver.taken().stream()
        .filter(each -> each.type().equals("org.keycloak.admin." + type))
        .filter(each -> each.text("/user/target/id").equals(user))
        .toList();
  }

  private static List<Taken> of(String user, String type) {
    return receiver.taken().stream()
        .filter(each -> each.type().equals("org.keycloak.user." + type))
        .filter(each -> each.text("/user/id").equals(user))
        .toList();
  }

  private static List<JsonNode> letters(String user) {
    JsonNode all = server.admin().get("/realms/app/dead-events?max=1000").expect(200).json();
    return StreamSupport.stream(all.spliterator(), false)
        .filter(each -> each.get("body").asText().contains(user))
        .toList();
  }
}

package dev.bulwark.it.events;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.MariaDbProcess;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.events.WebhookReceiver.Taken;
import dev.bulwark.it.faults.FaultServer;
import dev.bulwark.it.faults.NodePair;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.server.RealmFile;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * B12 with two nodes, on PostgreSQL and MariaDB: events of a user come in order, none comes twice
 * without a failure, and none is lost and order is kept when a node is killed ({@code
 * -Dbulwark.events=10000}: so many).
 */
@Tag("full")
class WebhookTwoNodesIT {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int EVENTS = Integer.getInteger("bulwark.events", 1000);
  private static final int THREADS = 4;
  private static final int CHANGES = 100;

  private enum Database {
    POSTGRES(PostgresProcess::prepared),
    MARIADB(MariaDbProcess::start);

    private final Supplier<DatabaseProcess> start;

    Database(Supplier<DatabaseProcess> start) {
      this.start = start;
    }
  }

  private final AnsweredTokens answered = new AnsweredTokens();

  @ParameterizedTest
  @EnumSource
  void orderIsKeptAndNoEventIsLost(Database database) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (WebhookReceiver receiver = WebhookReceiver.start();
        NodePair nodes =
            NodePair.start(
                database.start.get(),
                "webhook-" + database.name().toLowerCase(java.util.Locale.ROOT),
                (name, spec) ->
                    EventServer.delivering(TestStack.manyFromOneAddress(spec), receiver)
                        .environment(RealmFile.developmentEnvironment())
                        .realmFile(
                            RealmFile.development().writeTo(WorkFolder.of("import", name))))) {
      nameTheWebhook(nodes.first().admin());
      changesOfBothNodesComeInOrderAndOnce(nodes, receiver, threads);
      bothNodesLeaveTheReceiverAlone(nodes, receiver);
      aClockThatIsADayAheadStopsNothing(nodes, receiver);
      noEventOfAKilledNodeIsLost(nodes, receiver, threads);
      assertThat(receiver.refused()).isEmpty();
    } finally {
      threads.shutdownNow();
    }
  }

  /** Each thread changes a user of its own, at one node and the other in turn. */
  private static void changesOfBothNodesComeInOrderAndOnce(
      NodePair nodes, WebhookReceiver receiver, ExecutorService threads) throws Exception {
    List<Future<String>> changed = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      String name = "user-" + i;
      changed.add(threads.submit(() -> change(nodes, name)));
    }
    for (Future<String> done : changed) {
      String user = done.get();
      await("all changes of a user")
          .atMost(LONG)
          .until(() -> changes(receiver, user).stream().distinct().count() == CHANGES);
      assertThat(receiver.taken().stream().filter(each -> isChangeOf(each, user)))
          .extracting(each -> Instant.parse(each.text("/@timestamp")))
          .isSorted();
      assertThat(changes(receiver, user)).doesNotHaveDuplicates();
    }
    for (int i = 0; i < 2; i++) {
      assertThat(nodes.inTurn(i).keycloak().log())
          .doesNotContain("Events for the webhook could not be read or marked");
    }
  }

  private static void bothNodesLeaveTheReceiverAlone(NodePair nodes, WebhookReceiver receiver) {
    Duration asked = Duration.ofSeconds(10);
    String user = nodes.first().admin().userId("user-0");
    await("nothing to wait")
        .atMost(LONG)
        .until(() -> nodes.first().metric("bulwark_webhook_waiting") == 0);
    int before = receiver.times().size();
    receiver.retryAfter(asked);
    receiver.answer(event -> 429);
    rename(nodes.first(), user, "first");
    await("a request").atMost(LONG).until(() -> receiver.times().size() > before);
    receiver.answer(event -> 204);
    receiver.retryAfter(null);
    rename(nodes.second(), user, "second");
    rename(nodes.first(), user, "third");
    await("the next request").atMost(LONG).until(() -> receiver.times().size() > before + 1);
    assertThat(Duration.between(receiver.times().get(before), receiver.times().get(before + 1)))
        .isGreaterThanOrEqualTo(asked);
    await("all changes").atMost(LONG).until(() -> changes(receiver, user).size() == CHANGES + 3);
  }

  /** As if a node with such a clock had written for how long the receiver is left alone. */
  private static void aClockThatIsADayAheadStopsNothing(NodePair nodes, WebhookReceiver receiver) {
    long end = Instant.now().plus(Duration.ofDays(1)).toEpochMilli();
    nodes.database().sql("UPDATE BULWARK_EVENT_LOCK SET NEXT_AT = " + end);
    String user = nodes.first().admin().userId("user-0");
    rename(nodes.first(), user, "fourth");
    await("a change").atMost(SOON).until(() -> changes(receiver, user).size() == CHANGES + 4);
  }

  private static void rename(FaultServer node, String user, String name) {
    node.admin()
        .put(
            "/realms/app/users/" + user,
            Json.object("firstName", name, "email", "user-0@example.org"))
        .expect(204);
  }

  /** Returns the id of the user. */
  private static String change(NodePair nodes, String name) {
    List<AdminApi> admins = List.of(nodes.first().admin(), nodes.second().admin());
    admins
        .get(0)
        .post(
            "/realms/app/users",
            Json.object("username", name, "email", name + "@example.org", "enabled", true))
        .expect(201);
    String user = admins.get(0).userId(name);
    for (int i = 0; i < CHANGES; i++) {
      admins
          .get(i % 2)
          .put(
              "/realms/app/users/" + user,
              Json.object("firstName", "N" + i, "email", name + "@example.org"))
          .expect(204);
    }
    return user;
  }

  /** One node is killed, started again, and then the other is killed: one of them was sending. */
  private void noEventOfAKilledNodeIsLost(
      NodePair nodes, WebhookReceiver receiver, ExecutorService threads) throws Exception {
    List<Future<Void>> callers = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Realm realm = new Realm(nodes.inTurn(i).keycloak().url(), "app");
      Realm other = new Realm(nodes.inTurn(i + 1).keycloak().url(), "app");
      // Half of them are services, whose events come in any order.
      @Nullable String user = i % 2 == 0 ? "caller-" + i : null;
      if (user != null) {
        EventServer.addUser(nodes.first().admin(), user);
      }
      callers.add(threads.submit(() -> call(List.of(realm, other), user)));
    }
    awaitAnswered(EVENTS / 4);
    nodes.first().keycloak().kill();
    awaitAnswered(EVENTS / 2);
    nodes.first().keycloak().startAgain();
    awaitAnswered(EVENTS * 3 / 4);
    nodes.second().keycloak().kill();
    for (Future<Void> caller : callers) {
      caller.get();
    }
    FaultServer left = nodes.first();
    await("every event to be delivered").atMost(LONG).until(() -> answered.areDelivered(receiver));
    await("nothing to wait any more")
        .atMost(LONG)
        .until(() -> left.metric("bulwark_webhook_waiting") == 0);
    assertThat(answered.size()).isGreaterThanOrEqualTo(EVENTS);
    answered.assertOrderOfEachUser(receiver);
    assertThat(left.metric("bulwark_webhook_dead")).isZero();
    System.out.printf(
        "%d answered, %d deliveries of %d events%n",
        answered.size(),
        receiver.taken().size(),
        receiver.taken().stream().map(Taken::id).distinct().count());
  }

  /** Gets tokens from a node until it is killed, then from the other. */
  private Void call(List<Realm> realms, @Nullable String user) {
    int current = 0;
    while (answered.size() < EVENTS) {
      try {
        answered.request(realms.get(current), user);
      } catch (UncheckedIOException ignored) {
        // A request that a killed node did not answer may or may not have an event.
        current = 1 - current;
      }
    }
    return null;
  }

  private void awaitAnswered(int number) {
    await(number + " answers").atMost(LONG).until(() -> answered.size() >= number);
  }

  private static void nameTheWebhook(AdminApi admin) {
    ObjectNode realm = (ObjectNode) admin.get("/realms/app").expect(200).json();
    realm.withArray("eventsListeners").add("bulwark-webhook");
    admin.put("/realms/app", realm.toString()).expect(204);
  }

  private static boolean isChangeOf(Taken event, String user) {
    return event.type().equals("org.keycloak.admin.USER.UPDATE")
        && event.text("/user/target/id").equals(user);
  }

  private static List<String> changes(WebhookReceiver receiver, String user) {
    return receiver.taken().stream()
        .filter(event -> isChangeOf(event, user))
        .map(Taken::id)
        .toList();
  }
}

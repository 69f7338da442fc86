package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.database.MariaDbProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * K1, K2, K3, K8 with Keycloak on MariaDB, where a locking read of a row that is not there keeps
 * everybody from adding it, and where a plain read returns the state at the beginning of the
 * transaction.
 */
@Tag("full")
class KeysOnMariaDbIT {

  private static final String REALM = "/realms/keys-on-mariadb";
  private static final int AT_ONCE = 12;

  /** How often the same request is told to come again, before something else is wrong. */
  private static final int MOST_TRIES = 200;

  /** What a realm without settings of its own allows. */
  private static final int MOST = 50;

  private static ExecutorService threads;
  private static Server server;

  /** A Keycloak on a MariaDB of its own. */
  private record Server(
      MariaDbProcess database, RedisProcess redis, FaultServer keycloak, AdminApi admin)
      implements AutoCloseable {

    static Server start(String name, String... settings) {
      MariaDbProcess database = MariaDbProcess.start(settings);
      RedisProcess redis = RedisProcess.start();
      FaultServer keycloak = FaultServer.start(name, redis.url(), database, spec -> spec);
      AdminApi admin = keycloak.admin();
      admin.post("/realms", "{\"realm\":\"keys-on-mariadb\",\"enabled\":true}").expect(201);
      return new Server(database, redis, keycloak, admin);
    }

    /** The id of a new user or client. */
    String newOwner(String type, String name) {
      String member = type.equals("user") ? "username" : "clientId";
      Response made =
          admin
              .post(
                  REALM + "/" + type + "s",
                  "{\"%s\":\"%s\",\"enabled\":true}".formatted(member, name))
              .expect(201);
      String location = made.header("Location");
      return location.substring(location.lastIndexOf('/') + 1);
    }

    Response create(String type, String owner) {
      return admin.post(
          REALM + "/api-keys",
          "{\"name\":\"k\",\"scopes\":[],\"owner\":{\"type\":\"%s\",\"id\":\"%s\"}}"
              .formatted(type, owner));
    }

    Response create(String user) {
      return create("user", user);
    }

    @Override
    public void close() {
      keycloak.close();
      redis.close();
      database.close();
    }
  }

  @BeforeAll
  static void start() {
    threads = Executors.newFixedThreadPool(AT_ONCE);
    server = Server.start("keys-on-mariadb");
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
    if (server != null) {
      server.close();
    }
  }

  private static String newUser(String name) {
    return server.newOwner("user", name);
  }

  private static Response create(String owner) {
    return server.create(owner);
  }

  private static List<Integer> atOnce(List<String> owners) {
    List<CompletableFuture<Integer>> answers =
        owners.stream()
            .map(owner -> CompletableFuture.supplyAsync(() -> create(owner).status(), threads))
            .toList();
    return answers.stream().map(CompletableFuture::join).toList();
  }

  @Test
  void theFirstKeysOfManyOwnersAtOnce() {
    List<String> owners = IntStream.range(0, AT_ONCE).mapToObj(i -> newUser("first-" + i)).toList();
    assertThat(atOnce(owners)).containsOnly(201);
    for (String owner : owners) {
      create(owner).expect(201);
    }
  }

  /** One that loses the race is told to try again, and never that something is broken. */
  @Test
  void neverMoreKeysOfAnOwnerThanAreAllowed() {
    String owner = newUser("busy");
    int room = 3;
    for (int i = 0; i < MOST - room; i++) {
      create(owner).expect(201);
    }
    List<String> same = IntStream.range(0, AT_ONCE).mapToObj(i -> owner).toList();
    List<Integer> answers = atOnce(same);
    assertThat(answers).containsAnyOf(201).isSubsetOf(201, 409, 503);
    int made = (int) answers.stream().filter(status -> status == 201).count();
    assertThat(made).isLessThanOrEqualTo(room);
    for (int i = made; i < room; i++) {
      create(owner).expect(201);
    }
    create(owner).expect(409);
  }

  @Test
  void aKeyIsRevokedAndAnOwnerIsDeleted() {
    AdminApi admin = server.admin();
    String owner = newUser("leaver");
    String id = create(owner).expect(201).text("id");
    create(owner).expect(201);
    admin.delete(REALM + "/api-keys/" + id).expect(204);
    admin.get(REALM + "/api-keys/" + id).expect(404);
    admin.delete(REALM + "/users/" + owner).expect(204);
  }

  @ParameterizedTest
  @ValueSource(strings = {"user", "client"})
  void everyChangeOfAKeyIsThere(String type) {
    assertEveryChangeIsThere(server, type);
  }

  /** As MySQL is, and MariaDB before 11.6.2: a lock does not notice that a row has changed. */
  @Test
  void everyChangeOfAKeyIsThereWithoutSnapshotIsolation() {
    try (Server older = Server.start("keys-on-older", "loose-innodb_snapshot_isolation=OFF")) {
      assertEveryChangeIsThere(older, "user");
      assertEveryChangeIsThere(older, "client");
    }
  }

  /** The changes are merge patches, each of another member. */
  private static void assertEveryChangeIsThere(Server at, String type) {
    String owner = at.newOwner(type, "changes-" + type);
    String path = REALM + "/api-keys/" + at.create(type, owner).expect(201).text("id");
    AdminApi admin = at.admin();
    List<Supplier<Response>> changes = new ArrayList<>();
    for (int i = 0; i < AT_ONCE / 2; i++) {
      String metadata = "{\"metadata\":{\"m%d\":\"set\"}}".formatted(i);
      changes.add(() -> admin.patch(path, metadata));
      changes.add(() -> admin.patch(path, "{\"active\":false}"));
    }
    assertThat(untilDone(changes)).containsOnly(200);
    JsonNode key = admin.get(path).expect(200).json();
    assertThat(key.get("active").asBoolean()).as(key.toString()).isFalse();
    assertThat(key.get("metadata")).as(key.toString()).hasSize(AT_ONCE / 2);
  }

  /** Keys of an owner that are revoked at once: each revocation moves the credentials behind it. */
  @Test
  void everyRevocationOfAnOwnersKeysIsDone() {
    AdminApi admin = server.admin();
    String owner = newUser("revoker");
    List<Supplier<Response>> revocations = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      String path = REALM + "/api-keys/" + create(owner).expect(201).text("id");
      revocations.add(() -> admin.delete(path));
    }
    assertThat(untilDone(revocations)).containsOnly(204);
    assertThat(admin.get(REALM + "/api-keys?owner=user:" + owner).expect(200).json()).isEmpty();
  }

  /** Sends requests at the same moment, and each again while it is told that others were first. */
  private static List<Integer> untilDone(List<Supplier<Response>> requests) {
    CyclicBarrier together = new CyclicBarrier(requests.size());
    List<CompletableFuture<Integer>> answers =
        requests.stream()
            .map(
                request ->
                    CompletableFuture.supplyAsync(() -> untilDone(together, request), threads))
            .toList();
    return answers.stream().map(CompletableFuture::join).toList();
  }

  private static int untilDone(CyclicBarrier together, Supplier<Response> request) {
    try {
      together.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    Response answer = request.get();
    for (int tries = 1; answer.status() == 503 && tries < MOST_TRIES; tries++) {
      assertThat(answer.text("error")).isEqualTo("busy");
      answer = request.get();
    }
    return answer.status();
  }
}

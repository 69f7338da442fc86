package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.database.MariaDbProcess;
import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.revocation.Directory;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  /** How many transactions wait for the lock of an owner. */
  private static final String WAITING =
      "SELECT count(*) FROM information_schema.processlist"
          + " WHERE info LIKE 'INSERT INTO BULWARK_API_KEY_OWNER%'";

  private static ExecutorService threads;
  private static Server server;
  private static Server older;

  /** Whether a lock notices that a row has changed since the transaction began. */
  private enum Isolation {
    /** MariaDB since 11.6.2. */
    SNAPSHOT,
    /** MySQL, and MariaDB before 11.6.2. */
    NONE;

    Server server() {
      if (this == SNAPSHOT) {
        return server;
      }
      if (older == null) {
        older = Server.start("keys-on-older", "loose-innodb_snapshot_isolation=OFF");
      }
      return older;
    }
  }

  /** A Keycloak on a MariaDB of its own. */
  private record Server(
      MariaDbProcess database, RedisProcess redis, FaultServer keycloak, AdminApi admin)
      implements AutoCloseable {

    static Server start(String name, String... settings) {
      MariaDbProcess database = MariaDbProcess.start(settings);
      RedisProcess redis = RedisProcess.start();
      FaultServer keycloak =
          FaultServer.start(
              name,
              redis.url(),
              database,
              spec -> spec.option("spi-api-key--default--sweep-seconds", "1"));
      AdminApi admin = keycloak.admin();
      admin.post("/realms", Json.object("realm", "keys-on-mariadb", "enabled", true)).expect(201);
      return new Server(database, redis, keycloak, admin);
    }

    /** The id of a new user or client. */
    String newOwner(String type, String name) {
      String member = type.equals("user") ? "username" : "clientId";
      Response made =
          admin
              .post(REALM + "/" + type + "s", Json.object(member, name, "enabled", true))
              .expect(201);
      String location = made.header("Location");
      return location.substring(location.lastIndexOf('/') + 1);
    }

    Response create(String type, String owner) {
      return admin.post(
          REALM + "/api-keys",
          Json.object(
              "name", "k", "scopes", List.of(), "owner", Map.of("type", type, "id", owner)));
    }

    Response create(String user) {
      return create("user", user);
    }

    /**
     * Sends requests one after the other. All of them have begun, and wait for the lock of the
     * owner, before the first can go on.
     *
     * @param owner has had a key
     */
    List<Response> together(String owner, List<Supplier<Response>> requests) {
      List<CompletableFuture<Response>> answers = new ArrayList<>();
      try (OpenTransaction held =
          database.hold(
              "SELECT 1 FROM BULWARK_API_KEY_OWNER WHERE ID = 'user:" + owner + "' FOR UPDATE")) {
        for (Supplier<Response> request : requests) {
          answers.add(CompletableFuture.supplyAsync(request, threads));
          await()
              .atMost(SOON)
              .until(() -> database.sql(WAITING), Integer.toString(answers.size())::equals);
        }
      }
      return answers.stream().map(CompletableFuture::join).toList();
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
    if (older != null) {
      older.close();
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
  @ParameterizedTest
  @EnumSource
  void neverMoreKeysOfAnOwnerThanAreAllowed(Isolation isolation) {
    Server at = isolation.server();
    String owner = at.newOwner("user", "busy");
    int room = 3;
    for (int i = 0; i < MOST - room; i++) {
      at.create(owner).expect(201);
    }
    List<Response> answers =
        at.together(owner, Collections.nCopies(AT_ONCE, () -> at.create(owner)));
    List<Integer> statuses = answers.stream().map(Response::status).toList();
    assertThat(statuses).containsAnyOf(201).isSubsetOf(201, 409, 503);
    int made = Collections.frequency(statuses, 201);
    assertThat(made).isLessThanOrEqualTo(room);
    for (int i = made; i < room; i++) {
      at.create(owner).expect(201);
    }
    at.create(owner).expect(409);
  }

  /** Each of them sets an attribute of the client, which is new. */
  @ParameterizedTest
  @EnumSource
  void theFirstKeysOfAClientAtOnce(Isolation isolation) {
    Server at = isolation.server();
    String owner = at.newOwner("client", "first-keys");
    Supplier<Response> request = () -> at.create("client", owner);
    assertThat(untilDone(Collections.nCopies(AT_ONCE, request))).containsOnly(201);
  }

  /** The rows of an import are stored in one transaction, which alone sees its keys. */
  @Test
  void neverMoreImportedKeysOfAnOwnerThanAreAllowed() {
    String owner = newUser("importer");
    int before = 10;
    for (int i = 0; i < before; i++) {
      create(owner).expect(201);
    }
    String rows =
        IntStream.range(0, MOST)
            .mapToObj(i -> Json.object("username", "importer", "hash", "%064x".formatted(i)))
            .collect(Collectors.joining("\n"));
    JsonNode report = server.admin().post(REALM + "/api-keys/import", rows).expect(200).json();
    assertThat(report.get("created").asInt()).as(report.toString()).isEqualTo(MOST - before);
    assertThat(report.get("errors"))
        .extracting(error -> error.get("error").asText())
        .containsOnly("limit_exceeded")
        .hasSize(before);
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
  @EnumSource
  void everyChangeOfAKeyIsThere(Isolation isolation) {
    assertEveryChangeIsThere(isolation.server(), "user");
    assertEveryChangeIsThere(isolation.server(), "client");
  }

  /** The changes are merge patches, each of another member. */
  private static void assertEveryChangeIsThere(Server at, String type) {
    String owner = at.newOwner(type, "changes-" + type);
    String path = REALM + "/api-keys/" + at.create(type, owner).expect(201).text("id");
    AdminApi admin = at.admin();
    List<Supplier<Response>> changes = new ArrayList<>();
    for (int i = 0; i < AT_ONCE / 2; i++) {
      String metadata = Json.object("metadata", Map.of("m" + i, "set"));
      changes.add(() -> admin.patch(path, metadata));
      changes.add(() -> admin.patch(path, Json.object("active", false)));
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

  /**
   * Keycloak moves all credentials of a user when it deletes one of them. Those of a user whom it
   * does not import have no version.
   */
  @ParameterizedTest
  @EnumSource
  void aRevocationUndoesNoChangeOfAnotherKey(Isolation isolation) {
    Server at = isolation.server();
    AdminApi admin = at.admin();
    try (Directory directory = Directory.start(List.of("ldap-lea"))) {
      String store = directory.connect(admin, REALM, "directory", false);
      String owner =
          admin
              .get(REALM + "/users?username=ldap-lea")
              .expect(200)
              .json()
              .get(0)
              .get("id")
              .asText();
      assertThat(owner).startsWith("f:");
      String first = REALM + "/api-keys/" + at.create(owner).expect(201).text("id");
      String second = REALM + "/api-keys/" + at.create(owner).expect(201).text("id");
      List<Response> answers =
          at.together(
              owner,
              List.of(
                  () -> afterTheOthers(() -> admin.patch(second, Json.object("active", false))),
                  () -> afterTheOthers(() -> admin.delete(first))));
      assertThat(answers).extracting(Response::status).containsExactly(200, 204);
      JsonNode key = admin.get(second).expect(200).json();
      assertThat(key.get("active").asBoolean()).as(key.toString()).isFalse();
      admin.delete(REALM + "/components/" + store).expect(204);
    }
  }

  /** A statement of the sweeper fails, as one does that waits too long for a lock. */
  @Test
  void aRotatedKeyWhoseCredentialIsLockedIsRemovedLater() {
    AdminApi admin = server.admin();
    String owner = newUser("rotates");
    String old = create(owner).expect(201).text("id");
    String row = "SELECT ID FROM CREDENTIAL WHERE ID = '" + old + "'";
    admin
        .post(REALM + "/api-keys/" + old + "/rotate", Json.object("overlapSeconds", 2))
        .expect(201);
    try (OpenTransaction held = server.database().hold(row + " FOR UPDATE")) {
      String waiting =
          "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID()"
              + " AND info LIKE '%from CREDENTIAL%"
              + old
              + "%for update%'";
      await().atMost(SOON).until(() -> server.database().sql(waiting), id -> !id.isEmpty());
      server.database().sql("KILL QUERY " + server.database().sql(waiting));
      await().atMost(SOON).until(() -> server.database().sql(waiting), id -> !id.isEmpty());
    }
    await().atMost(SOON).until(() -> server.database().sql(row), String::isEmpty);
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
    return afterTheOthers(request).status();
  }

  private static Response afterTheOthers(Supplier<Response> request) {
    Response answer = request.get();
    for (int tries = 1; answer.status() == 503 && tries < MOST_TRIES; tries++) {
      assertThat(answer.text("error")).isEqualTo("busy");
      answer = request.get();
    }
    return answer;
  }
}

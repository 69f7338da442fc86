package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.database.MariaDbProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * K1, K2 with Keycloak on MariaDB, where a locking read of a row that is not there keeps everybody
 * from adding it.
 */
@Tag("full")
class KeysOnMariaDbIT {

  private static final String REALM = "/realms/keys-on-mariadb";
  private static final int AT_ONCE = 12;

  /** What a realm without settings of its own allows. */
  private static final int MOST = 50;

  private static MariaDbProcess database;
  private static RedisProcess redis;
  private static FaultServer server;
  private static AdminApi admin;
  private static ExecutorService threads;

  @BeforeAll
  static void start() {
    threads = Executors.newFixedThreadPool(AT_ONCE);
    database = MariaDbProcess.start();
    redis = RedisProcess.start();
    server = FaultServer.start("keys-on-mariadb", redis.url(), database, spec -> spec);
    admin = server.admin();
    admin.post("/realms", "{\"realm\":\"keys-on-mariadb\",\"enabled\":true}").expect(201);
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
    server.close();
    redis.close();
    database.close();
  }

  private static String newUser(String name) {
    Response made =
        admin
            .post(REALM + "/users", "{\"username\":\"%s\",\"enabled\":true}".formatted(name))
            .expect(201);
    String location = made.header("Location");
    return location.substring(location.lastIndexOf('/') + 1);
  }

  private static Response create(String owner) {
    return admin.post(
        REALM + "/api-keys",
        "{\"name\":\"k\",\"scopes\":[],\"owner\":{\"type\":\"user\",\"id\":\"%s\"}}"
            .formatted(owner));
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
    String owner = newUser("leaver");
    String id = create(owner).expect(201).text("id");
    create(owner).expect(201);
    admin.delete(REALM + "/api-keys/" + id).expect(204);
    admin.get(REALM + "/api-keys/" + id).expect(404);
    admin.delete(REALM + "/users/" + owner).expect(204);
  }
}

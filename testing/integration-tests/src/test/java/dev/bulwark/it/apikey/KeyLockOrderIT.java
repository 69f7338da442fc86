package dev.bulwark.it.apikey;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.RealmFile;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * K3, K9: keys are made, and their owner or realm is deleted, while usage is written. All of these
 * lock rows of keys, and would wait for each other if one took them by age and the other by id. On
 * PostgreSQL.
 */
@SharedRealm
class KeyLockOrderIT {

  private static final AdminApi ADMIN = TestStack.get().admin();

  private static PostgresProcess database;

  private final Keys keys = new Keys(TestStack.get().realm());

  /** The order by age is the wrong one only if the newer key has the smaller id. */
  private record Pair(String older, String newer) {}

  @BeforeAll
  static void findDatabase() {
    Assumptions.assumeTrue(
        TestStack.get().database().orElse(null) instanceof PostgresProcess, "PostgreSQL");
    database = (PostgresProcess) TestStack.get().database().orElseThrow();
  }

  @Test
  void aKeyIsMadeWhileUsageIsWritten() {
    Pair pair = pair("bob");
    String token = keys.token("bob");
    CompletableFuture<Response> made;
    try (OpenTransaction usage = database.hold(count(pair.newer()))) {
      made =
          CompletableFuture.supplyAsync(
              () -> keys.create(token, Keys.body("new", null, "tasks:read")));
      awaitWaiting();
      usage.execute(count(pair.older()));
    }
    assertThat(made).succeedsWithin(SOON);
    made.join().expect(201);
  }

  @Test
  void aUserIsDeletedWhileUsageIsWritten() {
    ADMIN
        .post(
            "/realms/app/users",
            """
            {"username": "leaver", "email": "leaver@example.com", "emailVerified": true,
             "enabled": true, "firstName": "Lea", "lastName": "Ver",
             "credentials": [{"type": "password", "value": "%s"}]}
            """
                .formatted(Realm.PASSWORD))
        .expect(201);
    Pair pair = pair("leaver");
    assertDeletedWhileUsageIsWritten("/realms/app/users/" + ADMIN.userId("leaver"), pair);
  }

  /** As every class of the tests does: the realm is deleted at the first try. */
  @Test
  void aRealmIsDeletedWhileUsageIsWritten() {
    Pair pair = pair("alice");
    try {
      assertDeletedWhileUsageIsWritten("/realms/app", pair);
    } finally {
      ADMIN.post(
          "/realms", RealmFile.development().resolve(RealmFile.developmentEnvironment()).json());
    }
  }

  /** As two nodes do that look for rows without a credential at once. */
  @Test
  void aRowIsRemovedWhileAnotherNodeRemovesIt() {
    String id = id("carol", "orphan");
    ADMIN.delete("/realms/app/users/" + ADMIN.userId("carol") + "/credentials/" + id).expect(204);
    // Not young any more: its credential might be in a cache yet.
    database.sql("UPDATE BULWARK_API_KEY SET CREATED_AT = 0 WHERE ID = '" + id + "'");
    CompletableFuture<Response> reindexed;
    try (OpenTransaction other =
        database.hold("SELECT 1 FROM BULWARK_API_KEY WHERE ID = '" + id + "' FOR UPDATE")) {
      reindexed =
          CompletableFuture.supplyAsync(() -> ADMIN.post("/realms/app/api-keys/reindex", "{}"));
      awaitWaiting();
      other.execute("DELETE FROM BULWARK_API_KEY WHERE ID = '" + id + "'; COMMIT");
    }
    assertThat(reindexed).succeedsWithin(SOON);
    reindexed.join().expect(200);
  }

  private static void assertDeletedWhileUsageIsWritten(String path, Pair pair) {
    CompletableFuture<Response> deleted;
    try (OpenTransaction usage = database.hold(count(pair.newer()))) {
      deleted = CompletableFuture.supplyAsync(() -> ADMIN.delete(path));
      awaitWaiting();
      usage.execute(count(pair.older()));
    }
    assertThat(deleted).succeedsWithin(SOON);
    deleted.join().expect(204);
    assertThat(database.sql("SELECT 1 FROM BULWARK_API_KEY WHERE ID = '" + pair.older() + "'"))
        .isBlank();
  }

  private static void awaitWaiting() {
    await()
        .atMost(SOON)
        .until(
            () ->
                !database
                    .sql(
                        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                            + " AND query ILIKE '%from bulwark_api_key%'")
                    .isBlank());
  }

  private Pair pair(String owner) {
    String older = id(owner, "older");
    String newer = id(owner, "newer");
    for (int i = 0; newer.compareTo(older) > 0; i++) {
      older = newer;
      newer = id(owner, "newer-" + i);
    }
    return new Pair(older, newer);
  }

  private String id(String owner, String name) {
    return keys.made(owner, name, "tasks:read").get("id").asText();
  }

  /** As the server writes usage. */
  private static String count(String id) {
    return "UPDATE BULWARK_API_KEY SET REQUEST_COUNT = REQUEST_COUNT + 1 WHERE ID = '" + id + "'";
  }
}

package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * R1, R3: one node cannot write the rows of its tokens while sessions end at the other. What has no
 * row is not called complete.
 */
@Tag("full")
class SetAsideRowsIT {

  /** The watermark lies 1.5 s behind, and the first pass of an ending comes within two seconds. */
  private static final Duration SEVERAL_ROUNDS = Duration.ofSeconds(8);

  private static PostgresProcess database;
  private static NodePair nodes;
  private static FaultServer first;
  private static FaultServer second;

  private IssuedTokens tokens;

  @BeforeAll
  static void start() {
    database = PostgresProcess.prepared();
    nodes = NodePair.start(database, "set-aside-rows", (name, spec) -> spec);
    first = nodes.first();
    second = nodes.second();
  }

  @AfterAll
  static void end() {
    if (nodes != null) {
      nodes.close();
    }
  }

  @BeforeEach
  void makeRealm() {
    tokens =
        IssuedTokens.inNewRealm(
            second.keycloak().url(),
            second.admin(),
            "set-aside-" + UUID.randomUUID(),
            nodes.redis()::ttl);
  }

  /** An index is built: rows cannot be written, and everything else goes on. */
  @Test
  void whatIsSetAsideAtOneNodeIsNotCalledCompleteByTheOther() {
    whatIsSetAsideIsNotCalledComplete(second, first);
    whatIsSetAsideIsNotCalledComplete(first, second);
  }

  private void whatIsSetAsideIsNotCalledComplete(FaultServer issuing, FaultServer ending) {
    at(issuing);
    Response session = tokens.login("ann");
    Response other = tokens.login("ben");
    await().atMost(SOON).until(() -> hasRow(session) && hasRow(other));
    double failures = issuing.metric("bulwark_revocation_ledger_failures_total");
    Response refreshed;
    long loggedOut;
    try (OpenTransaction lock = database.hold("LOCK TABLE BULWARK_TOKEN IN EXCLUSIVE MODE")) {
      assertThat(lock).isNotNull();
      refreshed = tokens.refresh(session);
      await()
          .atMost(SOON)
          .until(() -> issuing.metric("bulwark_revocation_ledger_failures_total") > failures);
      at(ending);
      tokens.logout(refreshed);
      loggedOut = System.currentTimeMillis();
      await().atMost(SOON).until(() -> tokens.isInRedis(session));
      tokens.logout(other);
      assertThat(tokens.isInRedis(other)).isTrue();
      await()
          .during(SEVERAL_ROUNDS)
          .atMost(SOON)
          .until(() -> complete() < loggedOut || tokens.isInRedis(refreshed));
    }
    await().atMost(SOON).until(() -> complete() >= loggedOut || tokens.isInRedis(refreshed));
    assertThat(tokens.isInRedis(refreshed)).isTrue();
    await().atMost(SOON).until(() -> complete() >= loggedOut);
  }

  /**
   * A directory's synchronization takes a role in a transaction that is not committed for a while.
   * No logout waits for that. Whoever has an offline session may refresh it until the commit, so
   * the loss is written down although no token of it is in the ledger.
   */
  @Test
  void aRoleThatIsTakenInALongTransactionHoldsUpNoLogout() {
    at(second);
    tokens.loginOffline("ann");
    Response other = tokens.login("ben");
    await().atMost(SOON).until(() -> hasRow(other));
    database.sql("DELETE FROM BULWARK_TOKEN WHERE SESSION_TYPE = 'of'");
    database.sql(
        """
        CREATE OR REPLACE FUNCTION waits() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER waits AFTER DELETE ON user_role_mapping
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION waits()
        """);
    List<CompletableFuture<Response>> losses = new ArrayList<>();
    try (OpenTransaction lock = database.hold("SELECT pg_advisory_xact_lock(1)")) {
      assertThat(lock).isNotNull();
      for (String user : List.of("ann", "cyn")) {
        losses.add(CompletableFuture.supplyAsync(() -> takeOfflineAccess(user)));
      }
      await()
          .atMost(SOON)
          .until(
              () ->
                  database
                      .sql(
                          "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                      .equals("2"));
      tokens.logout(other);
      assertThat(tokens.isInRedis(other)).isTrue();
      assertThat(losses).noneMatch(CompletableFuture::isDone);
    } finally {
      losses.forEach(loss -> loss.join().expect(204));
      database.sql("DROP TRIGGER waits ON user_role_mapping");
    }
    assertThat(losersWrittenDown()).isEqualTo("ann");
  }

  private String losersWrittenDown() {
    return database.sql(
        "SELECT STRING_AGG(u.USERNAME, ' ' ORDER BY u.USERNAME) FROM BULWARK_REVOCATION_SCOPE s"
            + " JOIN USER_ENTITY u ON u.ID = s.USER_ID JOIN REALM r ON r.ID = u.REALM_ID"
            + " WHERE s.CAUSE = 'ROLE_REVOKED' AND r.NAME = '"
            + tokens.realm()
            + "'");
  }

  private Response takeOfflineAccess(String user) {
    String realm = "/realms/" + tokens.realm();
    String id =
        second
            .admin()
            .get(realm + "/users?exact=true&username=" + user)
            .expect(200)
            .json()
            .get(0)
            .get("id")
            .asText();
    String role = second.admin().get(realm + "/roles/offline_access").expect(200).body();
    return second
        .admin()
        .deleteWithBody(realm + "/users/" + id + "/role-mappings/realm", "[" + role + "]");
  }

  private void at(FaultServer node) {
    tokens.useServer(node.keycloak().url());
  }

  private boolean hasRow(Response token) {
    String jti = tokens.key(token).substring("revoked:".length());
    return count("BULWARK_TOKEN WHERE JTI = '" + jti + "'") == 1;
  }

  private static int count(String rows) {
    return Integer.parseInt(database.sql("SELECT COUNT(*) FROM " + rows));
  }

  /** The watermark, ms since 1970; 0 while there is none. */
  private static long complete() {
    try (Jedis jedis = nodes.redis().connect()) {
      String value = jedis.get("revocation:complete");
      return value == null ? 0 : Long.parseLong(value);
    }
  }
}

package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R3: the ledger's tables are locked, or refuse rows, while tokens are issued and ended. */
@Tag("slow")
class LedgerFaultsIT {

  /** The default of {@code ledger-timeout} is 2 s; the machine may be slow. */
  private static final Duration IN_TIME = Duration.ofSeconds(6);

  private static final String FAILURES = "bulwark_revocation_ledger_failures_total";

  private static PostgresProcess database;
  private static RedisProcess redis;
  private static FaultServer server;

  private IssuedTokens tokens;

  @BeforeAll
  static void start() {
    database = PostgresProcess.prepared();
    redis = RedisProcess.start();
    // Long rounds: what the background work would write in between is written by no other way.
    server =
        FaultServer.start(
            "ledger-faults",
            redis.url(),
            database,
            spec -> spec.option("spi-events-listener--redis-revocation--interval", "10000"));
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
    if (redis != null) {
      redis.close();
    }
    if (database != null) {
      database.close();
    }
  }

  @BeforeEach
  void makeRealm() {
    server.awaitRedisUp(1);
    tokens =
        IssuedTokens.inNewRealm(
            server.keycloak().url(), server.admin(), "ledger-" + UUID.randomUUID(), redis::ttl);
  }

  /** R1: nothing would end it. What was issued before stays as it is. */
  @Test
  void aTokenWhoseRowCannotBeWrittenDoesNotLeave() {
    Response session = tokens.login("ann");
    double failures = server.metric(FAILURES);
    try (OpenTransaction lock =
        database.hold("LOCK TABLE bulwark_token IN ACCESS EXCLUSIVE MODE")) {
      assertThat(lock).isNotNull();
      CompletableFuture<Response> refreshed =
          CompletableFuture.supplyAsync(() -> tokens.tryRefresh(session));
      CompletableFuture<Response> login =
          CompletableFuture.supplyAsync(() -> tokens.tryLogin("ben"));
      assertThat(refreshed).succeedsWithin(IN_TIME).satisfies(this::assertRefused);
      assertThat(login).succeedsWithin(IN_TIME).satisfies(this::assertRefused);
      // Once one has waited in vain, the others do not.
      Instant began = Instant.now();
      for (int i = 0; i < 5; i++) {
        assertRefused(tokens.tryRefresh(session));
      }
      assertThat(Duration.between(began, Instant.now())).isLessThan(IN_TIME);
      assertThat(server.metric(FAILURES)).isGreaterThanOrEqualTo(failures + 7);
    }
    await().atMost(SOON).until(() -> tokens.tryRefresh(session).status() == 200);
    Response login = tokens.login("ben");
    refuseRowsIn("bulwark_token");
    try {
      assertRefused(tokens.tryRefresh(login));
    } finally {
      acceptRowsIn("bulwark_token");
    }
    tokens.refresh(login);
    tokens.logout(session);
    tokens.logout(login);
    tokens.awaitAgreement(3, SOON);
  }

  private void assertRefused(Response answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.text("error")).isEqualTo("temporarily_unavailable");
    assertThat(answer.body()).doesNotContain("token\"");
  }

  /**
   * R1: a row that comes after the end of its session, as from another node that stalls. The event
   * of a reused refresh token is written down only where the ledger has a token of its session. The
   * removal of the session is written down by itself, so the token ends all the same.
   */
  @Test
  void aReusedRefreshTokenEndsATokenWhoseRowComesLater() {
    server
        .admin()
        .put(
            "/realms/" + tokens.realm(),
            Json.of(Map.of("revokeRefreshToken", true, "refreshTokenMaxReuse", 0)))
        .expect(204);
    Response first = tokens.login("ann");
    String row = "bulwark_token WHERE jti = '" + jti(first) + "'";
    database.awaitAnswer("SELECT COUNT(*) FROM " + row, "1");
    // As if it had expired: the session has no token in the ledger.
    database.sql("DELETE FROM " + row);
    // Those of the change above would find the token, too.
    database.sql("DELETE FROM bulwark_revocation_scope");
    Response second = tokens.refresh(first);
    String late = "bulwark_token WHERE jti = '" + jti(second) + "'";
    database.sql("CREATE TABLE late AS SELECT * FROM " + late);
    database.sql("DELETE FROM " + late);
    assertThat(tokens.tryRefresh(first).status()).isEqualTo(400);
    assertThat(tokens.isInRedis(second)).isFalse();
    database.sql("INSERT INTO bulwark_token SELECT * FROM late");
    await().atMost(SOON).until(() -> tokens.isInRedis(second));
    // Its row is written when it is in Redis.
    String cause = "SELECT cause FROM bulwark_revoked_token WHERE jti = '" + jti(second) + "'";
    await().atMost(SOON).until(() -> !database.sql(cause).isEmpty());
    assertThat(database.sql(cause)).isEqualTo("SESSION_REMOVED");
  }

  private String jti(Response token) {
    return tokens.key(token).substring("revoked:".length());
  }

  @Test
  void aLogoutWhoseEndingCannotBeWrittenSucceedsAllTheSame() {
    Response session = tokens.login("ann");
    Response refreshed = tokens.refresh(session);
    refuseRowsIn("bulwark_revocation_scope");
    try {
      tokens.logout(refreshed);
      tokens.awaitAgreement(2, SOON);
    } finally {
      acceptRowsIn("bulwark_revocation_scope");
    }
    await()
        .atMost(SOON)
        .until(() -> server.metric("bulwark_revocation_scopes_failures_total") >= 1);
  }

  /** Sessions that are not there, so that all of these tokens have died without an event. */
  @Test
  void whatCannotBeComparedKeepsTheRestOfTheLedgerFromNothing() {
    tokens.login("ann");
    database.sql(
        """
        INSERT INTO bulwark_token (expires_at, jti, session_type, realm_id, user_id, client_id,
          session_id, issued_at)
        SELECT b.expires_at, 'slice-' || n, 'on', b.realm_id, b.user_id, b.client_id,
          '0-' || lpad(n::text, 6, '0'), b.issued_at - 60
        FROM (SELECT b.* FROM bulwark_token b JOIN realm r ON r.id = b.realm_id
              WHERE r.name = '%s' LIMIT 1) b, generate_series(1, 6000) n;
        ALTER TABLE bulwark_revoked_token ADD CONSTRAINT refuses CHECK (jti <> 'slice-1') NOT VALID
        """
            .formatted(tokens.realm()));
    database.sql("UPDATE bulwark_lease SET expires_at = 0 WHERE name = 'comparison'");
    try {
      await("a token of a later slice")
          .atMost(SOON)
          .until(() -> redis.ttl("revoked:slice-6000") > 0);
    } finally {
      acceptRowsIn("bulwark_revoked_token");
    }
    server.awaitMetric("bulwark_revocation_reconciler_skipped_total", 1);
  }

  /**
   * A directory's synchronization takes a role in a transaction that is not committed for a while.
   * No logout waits for that. Whoever has an offline session may refresh it until the commit, so
   * the loss is written down although no token of it is in the ledger.
   */
  @Test
  void aRoleThatIsTakenInALongTransactionHoldsUpNoLogout() {
    tokens.loginOffline("ann");
    Response other = tokens.login("ben");
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
      database.awaitAnswer(
          "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted", "2");
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
        server
            .admin()
            .get(realm + "/users?exact=true&username=" + user)
            .expect(200)
            .json()
            .get(0)
            .get("id")
            .asText();
    String role = server.admin().get(realm + "/roles/offline_access").expect(200).body();
    return server
        .admin()
        .deleteWithBody(realm + "/users/" + id + "/role-mappings/realm", "[" + role + "]");
  }

  private static void refuseRowsIn(String table) {
    database.sql("ALTER TABLE " + table + " ADD CONSTRAINT refuses CHECK (false) NOT VALID");
  }

  private static void acceptRowsIn(String table) {
    database.sql("ALTER TABLE " + table + " DROP CONSTRAINT refuses");
  }
}

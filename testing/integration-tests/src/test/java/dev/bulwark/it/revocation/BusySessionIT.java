package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * R1 with very many live tokens of one session and of one service account: the reconciler does not
 * read them over and over, and misses none when they die silently.
 */
@Tag("full")
class BusySessionIT {

  private static final int TOKENS = 200_000;

  @Test
  void manyTokensOfOneSessionAreComparedByOneOfThem() {
    try (PostgresProcess database = PostgresProcess.prepared();
        RedisProcess redis = RedisProcess.start();
        Jedis keys = redis.connect();
        DistributionServer keycloak =
            DistributionServer.start(
                database.configure(TestStack.spec("busy", redis.url())).build())) {
      PathRealm realm =
          PathRealm.create(
              keycloak.url(),
              new AdminApi(keycloak.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD),
              "busy");
      ServerMetrics metrics = new ServerMetrics(keycloak.managementUrl());
      Response ann = realm.login("ann");
      Response service = realm.service();
      // One that Keycloak has not in memory: it would live on there.
      String session = copySession(database, ann);
      multiply(database, ann, "'" + session + "'");
      multiply(database, service, "session_id");
      database.sql("VACUUM ANALYZE bulwark_token");
      ServerMetrics.demandComparison(database);
      await("the ledger to be counted")
          .atMost(Duration.ofMinutes(2))
          .until(() -> metrics.value("bulwark_revocation_ledger_size") >= 2 * TOKENS);

      // PostgreSQL tells what a connection has read some time after it: with its next transaction.
      metrics.awaitComparison(database);
      long before = rowsRead(database);
      for (int i = 0; i < 3; i++) {
        metrics.awaitComparison(database);
      }
      assertThat(rowsRead(database) - before).as("rows read in six comparisons").isLessThan(5_000);

      Instant began = Instant.now();
      database.sql(
          "BEGIN; DELETE FROM offline_client_session WHERE user_session_id = '%1$s';"
                  .formatted(session)
              + " DELETE FROM offline_user_session WHERE user_session_id = '%1$s'; COMMIT"
                  .formatted(session));
      ServerMetrics.demandComparison(database);
      await("the tokens of the session in Redis")
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> keys.dbSize() > TOKENS / 100);
      Duration first = Duration.between(began, Instant.now());
      await("all of them")
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> keys.dbSize() > TOKENS);
      System.out.printf(
          "BusySessionIT: the first tokens in Redis after %s, all %d after %s%n",
          first, TOKENS, Duration.between(began, Instant.now()));

      metrics.awaitComparison(database);
      for (Response alive : new Response[] {service, ann}) {
        assertThat(keys.exists(RevokedKeys.key(alive.text("access_token")))).isFalse();
        assertThat(realm.isActive(alive.text("access_token"))).isTrue();
      }
      assertThat(
              database.sql(
                  "SELECT count(*) FROM bulwark_token WHERE session_id = '" + session + "'"))
          .isEqualTo("0");
    }
  }

  private static String copySession(PostgresProcess database, Response tokens) {
    String session = Realm.claims(tokens.text("access_token")).get("sid").asText();
    String copy = UUID.randomUUID().toString();
    for (String table : List.of("offline_user_session", "offline_client_session")) {
      database.sql(
          "BEGIN; CREATE TEMPORARY TABLE copied ON COMMIT DROP AS SELECT * FROM %1$s"
                  .formatted(table)
              + " WHERE user_session_id = '%s';".formatted(session)
              + " UPDATE copied SET user_session_id = '%s';".formatted(copy)
              + " INSERT INTO %s SELECT * FROM copied; COMMIT".formatted(table));
    }
    return copy;
  }

  /** Rows of the same kind as the token's, as if it had been refreshed over and over. */
  private static void multiply(PostgresProcess database, Response tokens, String session) {
    String jti = Realm.claims(tokens.text("access_token")).get("jti").asText();
    database.sql(
        "INSERT INTO bulwark_token SELECT expires_at + 3000, left(jti, 7) || md5(jti || i)::uuid,"
            + " session_type, realm_id, user_id, client_id, "
            + session
            + ", api_key_id, issued_at FROM bulwark_token, generate_series(1, "
            + TOKENS
            + ") i WHERE jti = '"
            + jti
            + "'");
  }

  private static long rowsRead(PostgresProcess database) {
    return Long.parseLong(
        database.sql(
            "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_user_tables"
                + " WHERE relname = 'bulwark_token'"));
  }
}

package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * R1 with a million live tokens in PostgreSQL: no statement of the bundle reads a large table from
 * end to end, and silent deaths are still found in time. PostgreSQL itself writes down the plan of
 * every statement that the server sends (auto_explain).
 */
@Tag("full")
class MillionTokensIT {

  private static final int TOKENS = 1_000_000;
  private static final int SESSIONS = 400_000;
  private static final int USERS = 200_000;
  private static final int REVOKED = 100_000;

  private static final Pattern LARGE_SCAN =
      Pattern.compile(
          "Seq Scan on (bulwark_token|bulwark_revoked_token|offline_user_session"
              + "|offline_client_session|user_entity)\\b");

  @Test
  void noLargeTableIsReadFromEndToEndAndSilentDeathsAreFound() throws Exception {
    try (PostgresProcess database = PostgresProcess.start();
        RedisProcess redis = RedisProcess.start();
        Jedis keys = redis.connect();
        DistributionServer keycloak = start(database, redis)) {
      AdminApi admin =
          new AdminApi(keycloak.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
      PathRealm realm = PathRealm.create(keycloak.url(), admin, "million");
      ServerMetrics metrics = new ServerMetrics(keycloak.managementUrl());
      fill(database, realm);
      await("what is revoked to be in Redis")
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> keys.dbSize() > REVOKED);
      metrics.awaitValue("bulwark_revocation_pending", 0);
      analyze(database);
      await("the ledger to be compared")
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> metrics.value("bulwark_revocation_ledger_size") >= TOKENS);

      Path log = Path.of("target", "processes", "postgres-" + database.sql("SHOW port") + ".log");
      long before = Files.size(log);
      explainEverything(database);
      double cycles = metrics.value("bulwark_revocation_reconciler_cycle_seconds_count");
      double time = metrics.value("bulwark_revocation_reconciler_cycle_seconds_sum");

      List<Duration> found = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        found.add(timeOfSilentDeaths(database, keys, "left(user_session_id, 3) = '1a" + i + "'"));
      }
      Response session = realm.login("ann");
      realm.refresh(session);
      realm.logout("cli", session.text("refresh_token")).expect(204);
      assertThat(keys.exists(RevokedKeys.key(session.text("access_token")))).isTrue();
      admin.post(realm.path("/users/" + realm.userId("ben") + "/logout"), "{}").expect(204);
      Duration many = timeOfSilentDeaths(database, keys, "left(user_session_id, 1) = '7'");
      await("another comparison")
          .atMost(Duration.ofMinutes(2))
          .until(
              () ->
                  metrics.value("bulwark_revocation_reconciler_cycle_seconds_count") > cycles + 2);

      double mean =
          (metrics.value("bulwark_revocation_reconciler_cycle_seconds_sum") - time)
              / (metrics.value("bulwark_revocation_reconciler_cycle_seconds_count") - cycles);
      System.out.printf(
          Locale.ROOT,
          "MillionTokensIT: silent deaths found after %s, 1/16 of all after %s;"
              + " one comparison takes %.1f s; %.0f suspects were alive%n",
          found,
          many,
          mean,
          metrics.value("bulwark_revocation_reconciler_acquitted_total"));

      List<String> plans = plansOfTheBundle(log, before);
      assertThat(plans).hasSizeGreaterThan(50);
      assertThat(plans.stream().filter(plan -> LARGE_SCAN.matcher(plan).find()).distinct().toList())
          .isEmpty();
    }
  }

  private static DistributionServer start(PostgresProcess database, RedisProcess redis) {
    // Before Keycloak opens its connections; plans are not written yet.
    database.sql("ALTER SYSTEM SET session_preload_libraries = 'auto_explain'");
    database.sql("SELECT pg_reload_conf()");
    return DistributionServer.start(
        database.configure(TestStack.spec("million", redis.url())).build());
  }

  private static void explainEverything(PostgresProcess database) {
    database.sql("ALTER SYSTEM SET auto_explain.log_min_duration = 0");
    database.sql("SELECT pg_reload_conf()");
  }

  /** Two or three tokens for each session, two sessions for each user: valid in Keycloak's eyes. */
  private static void fill(PostgresProcess database, PathRealm realm) {
    String realmId = "(SELECT id FROM realm WHERE name = '" + realm.name() + "')";
    String clientId = "'" + realm.clientUuid("cli") + "'";
    String now = "extract(epoch from now())::int";
    database.sql(
        "INSERT INTO user_entity (id, email_constraint, email_verified, enabled, realm_id, username,"
            + " created_timestamp, not_before) SELECT md5('u' || i)::uuid::text, md5('e' || i), TRUE,"
            + " TRUE, "
            + realmId
            + ", 'filler' || i, 0, 0 FROM generate_series(0, "
            + (USERS - 1)
            + ") i");
    database.sql(
        "INSERT INTO offline_user_session (user_session_id, user_id, realm_id, created_on,"
            + " offline_flag, data, last_session_refresh, version, remember_me)"
            + " SELECT md5('s' || i)::uuid::text, md5('u' || i % "
            + USERS
            + ")::uuid::text, "
            + realmId
            + ", "
            + now
            + " - 100, '0', repeat('x', 300), "
            + now
            + ", 0, FALSE FROM generate_series(0, "
            + (SESSIONS - 1)
            + ") i");
    database.sql(
        "INSERT INTO offline_client_session (user_session_id, client_id, offline_flag, timestamp,"
            + " data, client_storage_provider, external_client_id, version, realm_id)"
            + " SELECT md5('s' || i)::uuid::text, "
            + clientId
            + ", '0', "
            + now
            + ", repeat('x', 300), 'local', 'local', 0, "
            + realmId
            + " FROM generate_series(0, "
            + (SESSIONS - 1)
            + ") i");
    database.sql(
        "INSERT INTO bulwark_token SELECT "
            + now
            + " + 3000 + i / 1100, 'onrtac:' || md5('j' || i)::uuid::text, 'on', "
            + realmId
            + ", md5('u' || i % "
            + SESSIONS
            + " % "
            + USERS
            + ")::uuid::text, "
            + clientId
            + ", md5('s' || i % "
            + SESSIONS
            + ")::uuid::text, NULL, "
            + now
            + " - 60 FROM generate_series(0, "
            + (TOKENS - 1)
            + ") i");
    database.sql(
        "INSERT INTO bulwark_revoked_token SELECT 'onrtro:' || md5('r' || i)::uuid::text, "
            + now
            + " + 3000, '-', 'FILLER', 0 FROM generate_series(1, "
            + REVOKED
            + ") i");
  }

  private static void analyze(PostgresProcess database) {
    for (String table :
        List.of(
            "user_entity",
            "offline_user_session",
            "offline_client_session",
            "bulwark_token",
            "bulwark_revoked_token")) {
      database.sql("VACUUM ANALYZE " + table);
    }
  }

  /** Removes sessions as nobody told, and waits until all their tokens are in Redis. */
  private static Duration timeOfSilentDeaths(
      PostgresProcess database, Jedis keys, String sessions) {
    String condition =
        " WHERE user_session_id IN (SELECT user_session_id FROM offline_user_session WHERE ";
    String jtis =
        database.sql(
            "SELECT jti FROM bulwark_token WHERE session_id IN (SELECT user_session_id FROM"
                + " offline_user_session WHERE "
                + sessions
                + ")");
    List<String> dead = new ArrayList<>(List.of(jtis.split("\n", -1)));
    assertThat(dead).hasSizeGreaterThan(50);
    database.sql(
        "BEGIN; DELETE FROM offline_client_session"
            + condition
            + sessions
            + "); DELETE FROM offline_user_session WHERE "
            + sessions
            + "; COMMIT");
    Instant began = Instant.now();
    await("tokens of " + sessions)
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              while (!dead.isEmpty() && keys.exists("revoked:" + dead.get(dead.size() - 1))) {
                dead.remove(dead.size() - 1);
              }
              return dead.isEmpty();
            });
    return Duration.between(began, Instant.now());
  }

  /** The plans in the log of those statements that name a table of the bundle. */
  private static List<String> plansOfTheBundle(Path log, long from) throws IOException {
    byte[] all = Files.readAllBytes(log);
    String text = new String(all, (int) from, all.length - (int) from, StandardCharsets.UTF_8);
    List<String> plans = new ArrayList<>();
    for (String entry : text.split("\\bduration: ")) {
      // The test's own statements write the names in small letters.
      if (entry.contains("Query Text:") && entry.contains("BULWARK_")) {
        plans.add(entry);
      }
    }
    return plans;
  }
}

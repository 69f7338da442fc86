package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.WorkFolder;
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
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * R1 and R7 with a million live tokens in PostgreSQL ({@code -Dbulwark.live-tokens=5000000}: more),
 * while 1,000 tokens a second come in and autovacuum works: no statement of the bundle but the
 * comparison reads a large table from end to end, and silent deaths are still found in time.
 * PostgreSQL itself writes down the plan of every statement that the server sends (auto_explain).
 */
@Tag("full")
class MillionTokensIT {

  private static final int TOKENS = Integer.getInteger("bulwark.live-tokens", 1_000_000);
  private static final int SESSIONS = TOKENS / 5 * 2;
  private static final int USERS = TOKENS / 5;
  private static final int INFLOW = 1_000;
  private static final int REVOKED = 100_000;

  /** Of a token that ends by time or a setting. */
  private static final Duration PROMISED = Duration.ofSeconds(10);

  /** More for each token where very many end at once: Keycloak is asked about each. */
  private static final Duration OF_A_TOKEN = Duration.ofMillis(3);

  /** As Keycloak writes it, with notes of a usual length: it reads the row when it is asked. */
  private static final String STORED_SESSION =
      "'{\"ipAddress\":\"127.0.0.1\",\"authMethod\":\"openid-connect\",\"rememberMe\":false,\"started\":0,"
          + "\"notes\":{\"filler\":\"' || repeat('x', 180) || '\"},\"state\":\"LOGGED_IN\"}'";

  private static final String STORED_CLIENT_SESSION =
      "'{\"authMethod\":\"openid-connect\",\"redirectUri\":null,\"notes\":{\"filler\":\"' || repeat('x', 220)"
          + " || '\"}}'";

  private static final Pattern LARGE_SCAN =
      Pattern.compile(
          "Seq Scan on (bulwark_token|bulwark_revoked_token|offline_user_session"
              + "|offline_client_session|user_entity)\\b");

  @Test
  void noLargeTableIsReadFromEndToEndAndSilentDeathsAreFound() throws Exception {
    try (PostgresProcess database = PostgresProcess.prepared();
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
      ServerMetrics.demandComparison(database);
      await("the ledger to be compared")
          .atMost(Duration.ofMinutes(3L * Math.max(1, TOKENS / 1_000_000)))
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> metrics.value("bulwark_revocation_ledger_size") >= TOKENS);

      Path log = WorkFolder.of("processes", "postgres-" + database.sql("SHOW port") + ".log");
      long before = Files.size(log);
      explainEverything(database);
      double cycles = metrics.value("bulwark_revocation_reconciler_cycle_seconds_count");
      double time = metrics.value("bulwark_revocation_reconciler_cycle_seconds_sum");

      Inflow inflow = Inflow.start(database, realm);
      List<Found> idle = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        idle.add(
            timeOfIdleSessions(
                database, keys, realm, "left(user_session_id, 3) = '2b" + i + "'", 1200 - i * 100));
      }
      Found manyIdle =
          timeOfIdleSessions(database, keys, realm, "left(user_session_id, 1) = '8'", 800);
      inflow.awaitAutovacuum();
      double perSecond = inflow.end();

      List<Found> found = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        found.add(timeOfSilentDeaths(database, keys, "left(user_session_id, 3) = '1a" + i + "'"));
      }
      Response session = realm.login("ann");
      realm.refresh(session);
      realm.logout("cli", session.text("refresh_token")).expect(204);
      assertThat(keys.exists(RevokedKeys.key(session.text("access_token")))).isTrue();
      admin.post(realm.path("/users/" + realm.userId("ben") + "/logout"), "{}").expect(204);
      Found many = timeOfSilentDeaths(database, keys, "left(user_session_id, 1) = '7'");
      metrics.awaitComparison(database);

      double mean =
          (metrics.value("bulwark_revocation_reconciler_cycle_seconds_sum") - time)
              / (metrics.value("bulwark_revocation_reconciler_cycle_seconds_count") - cycles);
      System.out.printf(
          Locale.ROOT,
          "MillionTokensIT: %d tokens, %.0f a second came in; idle sessions found after %s, 1/16 of all after"
              + " %s; removed in the database: %s, 1/16 of all after %s; one comparison takes"
              + " %.1f s; %.0f suspects were alive%n",
          TOKENS,
          perSecond,
          idle,
          manyIdle,
          found,
          many,
          mean,
          metrics.value("bulwark_revocation_reconciler_acquitted_total"));

      assertThat(idle).allMatch(some -> some.after().compareTo(PROMISED) <= 0);
      assertThat(manyIdle.after())
          .isLessThanOrEqualTo(PROMISED.plus(OF_A_TOKEN.multipliedBy(manyIdle.tokens())));
      assertThat(perSecond).isGreaterThanOrEqualTo(0.9 * INFLOW);
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
            + " - 100, '0', "
            + STORED_SESSION
            + ", "
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
            + ", "
            + STORED_CLIENT_SESSION
            + ", 'local', 'local', 0, "
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

  /**
   * Has sessions last refreshed so long ago that a new setting of the realm ends them, and waits
   * until all their tokens are in Redis.
   */
  private static Found timeOfIdleSessions(
      PostgresProcess database, Jedis keys, PathRealm realm, String sessions, int idle)
      throws IOException {
    String dying =
        "SELECT jti FROM bulwark_token WHERE session_id IN (SELECT user_session_id FROM"
            + " offline_user_session WHERE "
            + sessions
            + ") AND jti LIKE 'onrtac%'";
    database.sql(
        "UPDATE offline_user_session SET last_session_refresh = extract(epoch from now())::int - "
            + idle
            + " WHERE "
            + sessions);
    List<String> dead = new ArrayList<>(List.of(database.sql(dying).split("\n", -1)));
    assertThat(dead).hasSizeGreaterThan(50);
    realm.update("", Map.of("ssoSessionIdleTimeout", idle - 50));
    return timeUntilIn(keys, dead, sessions);
  }

  /** Removes sessions as nobody told, and waits until all their tokens are in Redis. */
  private static Found timeOfSilentDeaths(PostgresProcess database, Jedis keys, String sessions) {
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
    ServerMetrics.demandComparison(database);
    return timeUntilIn(keys, dead, sessions);
  }

  private static Found timeUntilIn(Jedis keys, List<String> dead, String what) {
    Instant began = Instant.now();
    int tokens = dead.size();
    await("tokens of " + what)
        .atMost(Duration.ofMinutes(5L * Math.max(1, TOKENS / 1_000_000)))
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              while (!dead.isEmpty() && keys.exists("revoked:" + dead.get(dead.size() - 1))) {
                dead.remove(dead.size() - 1);
              }
              return dead.isEmpty();
            });
    Found found = new Found(tokens, Duration.between(began, Instant.now()));
    // At once: what follows may fail.
    System.out.printf("MillionTokensIT: %s: %s%n", what, found);
    return found;
  }

  /** How many tokens are in Redis, and after what time the last one is. */
  private record Found(int tokens, Duration after) {

    @Override
    public String toString() {
      return tokens + " in " + after;
    }
  }

  /** Tokens that other nodes issue: rows of sessions that live. */
  private static final class Inflow implements Runnable {

    private static final String VACUUMED = "('bulwark_token', 'offline_user_session')";

    private final PostgresProcess database;
    private final String sql;
    private final Thread thread = new Thread(this, "inflow");
    private volatile boolean ended;
    private final AtomicLong arrived = new AtomicLong();
    private final long began = System.nanoTime();
    private final long vacuumed;

    private Inflow(PostgresProcess database, PathRealm realm) {
      this.database = database;
      String row =
          "SELECT extract(epoch from now())::int + 900, 'onrtin:' || gen_random_uuid(), 'on',"
              + " s.realm_id, s.user_id, '%s', s.user_session_id, NULL, extract(epoch from"
              + " now())::int FROM offline_user_session s WHERE user_session_id > gen_random_uuid()"
              + "::text AND last_session_refresh > extract(epoch from now()) - 600 LIMIT %d";
      this.sql =
          "WITH arrived AS (INSERT INTO bulwark_token "
              + row.formatted(realm.clientUuid("cli"), INFLOW / 2)
              + " RETURNING 1) SELECT count(*) FROM arrived";
      this.vacuumed = vacuums();
    }

    static Inflow start(PostgresProcess database, PathRealm realm) {
      // By its defaults it waits for a fifth of the table, longer than this takes.
      database.sql("ALTER SYSTEM SET autovacuum_naptime = '1s'");
      database.sql("ALTER SYSTEM SET autovacuum_vacuum_scale_factor = '0.002'");
      database.sql("ALTER SYSTEM SET autovacuum_vacuum_insert_scale_factor = '0.002'");
      database.sql("SELECT pg_reload_conf()");
      Inflow inflow = new Inflow(database, realm);
      inflow.thread.start();
      return inflow;
    }

    @Override
    public void run() {
      while (!ended) {
        // As many as should have come by now, on whatever machine.
        long due = (System.nanoTime() - began) / 1_000_000 * INFLOW / 1_000;
        if (arrived.get() < due) {
          arrived.addAndGet(Long.parseLong(database.sql(sql)));
        } else {
          LockSupport.parkNanos(10_000_000);
        }
      }
    }

    /** Waits until autovacuum has worked on a large table since the begin, or does so now. */
    void awaitAutovacuum() {
      await("autovacuum")
          .atMost(Duration.ofMinutes(2))
          .until(
              () ->
                  vacuums() > vacuumed
                      || !database
                          .sql(
                              "SELECT count(*) FROM pg_stat_progress_vacuum"
                                  + " JOIN pg_class ON oid = relid WHERE relname IN "
                                  + VACUUMED)
                          .equals("0"));
    }

    private long vacuums() {
      return Long.parseLong(
          database.sql(
              "SELECT sum(autovacuum_count) FROM pg_stat_user_tables"
                  + " WHERE relname IN "
                  + VACUUMED));
    }

    /** Returns how many rows have arrived a second. */
    double end() throws InterruptedException {
      ended = true;
      thread.join();
      return arrived.get() * 1e9 / (System.nanoTime() - began);
    }
  }

  /** The plans in the log of those statements that name a table of the bundle. */
  private static List<String> plansOfTheBundle(Path log, long from) throws IOException {
    byte[] all = Files.readAllBytes(log);
    String text = new String(all, (int) from, all.length - (int) from, StandardCharsets.UTF_8);
    List<String> plans = new ArrayList<>();
    for (String entry : text.split("\\bduration: ")) {
      // The test's own statements write the names in small letters. The comparison reads all.
      if (entry.contains("Query Text:")
          && entry.contains("BULWARK_")
          && !entry.contains(" AS CAUSE FROM ")
          && !entry.contains("SELECT COUNT(*) FROM BULWARK_TOKEN t")) {
        plans.add(entry);
      }
    }
    return plans;
  }
}

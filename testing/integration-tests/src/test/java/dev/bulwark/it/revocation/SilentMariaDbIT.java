package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.MariaDbProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** R1: silent deaths with Keycloak on MariaDB, found by the reconciler's SQL there. */
@Tag("full")
class SilentMariaDbIT {

  /** More than the reconciler compares at a time. */
  private static final int MANY = 6_000;

  private static MariaDbProcess database;
  private static RedisProcess redis;
  private static Jedis keys;
  private static DistributionServer keycloak;
  private static PathRealm realm;
  private static ServerMetrics metrics;

  @BeforeAll
  static void start() {
    database = MariaDbProcess.start();
    redis = RedisProcess.start();
    keys = redis.connect();
    keycloak =
        DistributionServer.start(
            database.configure(TestStack.spec("silent-mariadb", redis.url())).build());
    realm =
        PathRealm.create(
            keycloak.url(),
            new AdminApi(keycloak.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD),
            "silent-mariadb");
    metrics = new ServerMetrics(keycloak.managementUrl());
  }

  @AfterAll
  static void close() {
    for (AutoCloseable resource : new AutoCloseable[] {keycloak, keys, redis, database}) {
      try {
        if (resource != null) {
          resource.close();
        }
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void removedSessions() {
    for (String scope : List.of("openid", "openid offline_access")) {
      Response tokens = realm.login("cli", "ann", scope);
      StoredSession session = StoredSession.copyOf(database, tokens);
      addTokens(tokens, "'" + session.id() + "'", 1);
      List<String> jtis = jtis(session);
      assertThat(jtis).hasSize(1);
      metrics.awaitComparison(database);
      assertThat(areRevoked(jtis)).isFalse();

      session.remove();
      ServerMetrics.demandComparison(database);
      Instant began = Instant.now();
      awaitRevoked(jtis);
      System.out.printf(
          "SilentMariaDbIT: %s in Redis after %s%n", scope, Duration.between(began, Instant.now()));
      assertAlive(tokens);
    }
  }

  @Test
  void manyTokensOfOneSessionAndOfOneServiceAreCompared() {
    Response ben = realm.login("ben");
    Response service = realm.service();
    StoredSession session = StoredSession.copyOf(database, ben);
    addTokens(ben, "'" + session.id() + "'", MANY);
    addTokens(service, "SESSION_ID", MANY);
    List<String> jtis = jtis(session);
    assertThat(jtis).hasSize(MANY);
    metrics.awaitComparison(database);
    assertThat(jtis.stream().anyMatch(jti -> keys.exists("revoked:" + jti))).isFalse();

    session.remove();
    ServerMetrics.demandComparison(database);
    Instant began = Instant.now();
    awaitRevoked(jtis);
    System.out.printf(
        "SilentMariaDbIT: %d tokens of one session in Redis after %s%n",
        MANY, Duration.between(began, Instant.now()));
    metrics.awaitComparison(database);
    assertThat(jtis(session)).as("left in the ledger").isEmpty();
    assertAlive(ben);
    assertAlive(service);
  }

  /** Rows of the same kind as the token's, as if it had been refreshed over and over. */
  private static void addTokens(Response tokens, String session, int count) {
    database.sql(
        ("INSERT INTO BULWARK_TOKEN (EXPIRES_AT, JTI, SESSION_TYPE, REALM_ID, USER_ID, CLIENT_ID,"
                + " SESSION_ID, API_KEY_ID, ISSUED_AT) SELECT EXPIRES_AT + 3000,"
                + " CONCAT(LEFT(JTI, 7), UUID()), SESSION_TYPE, REALM_ID, USER_ID, CLIENT_ID, %s,"
                + " API_KEY_ID, ISSUED_AT FROM BULWARK_TOKEN, seq_1_to_%d WHERE JTI = '%s'")
            .formatted(
                session, count, Realm.claims(tokens.text("access_token")).get("jti").asText()));
  }

  private static List<String> jtis(StoredSession session) {
    return database
        .sql("SELECT JTI FROM BULWARK_TOKEN WHERE SESSION_ID = '" + session.id() + "'")
        .lines()
        .toList();
  }

  private static boolean areRevoked(List<String> jtis) {
    return jtis.stream().allMatch(jti -> keys.exists("revoked:" + jti));
  }

  private static void awaitRevoked(List<String> jtis) {
    await("the tokens in Redis")
        .atMost(Deaths.SOON)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> areRevoked(jtis));
  }

  private static void assertAlive(Response tokens) {
    String token = tokens.text("access_token");
    assertThat(realm.isActive(token)).isTrue();
    assertThat(keys.exists(RevokedKeys.key(token))).isFalse();
  }
}

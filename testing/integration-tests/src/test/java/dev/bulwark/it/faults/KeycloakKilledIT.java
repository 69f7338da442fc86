package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** R3: Keycloak is killed, or its database is restarted, with revocations not yet in Redis. */
@Tag("slow")
class KeycloakKilledIT {

  private static final int MANY = 20_000;

  private static RedisProcess redis;
  private static PostgresProcess database;
  private static FaultServer server;

  private IssuedTokens tokens;

  @BeforeAll
  static void start() {
    database = PostgresProcess.prepared();
    redis = RedisProcess.start();
    server = FaultServer.start("keycloak-killed", redis.url(), database, spec -> spec);
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
            server.keycloak().url(), server.admin(), "killed-" + UUID.randomUUID(), redis::ttl);
  }

  @Test
  void betweenCommitAndPush() {
    tokens.login("ann");
    Response session = tokens.login("ann");
    tokens.awaitAgreement(0, SOON);
    redis.pause();
    try {
      // Nothing may be under way to Redis's socket: it would be read there when it goes on.
      server.awaitRedisUp(0);
      // Committed when the response is there.
      tokens.logout(session);
      server.keycloak().kill();
    } finally {
      redis.resume();
    }
    assertThat(tokens.isInRedis(session)).isFalse();
    server.keycloak().startAgain();
    tokens.awaitAgreement(1, SOON);
  }

  /** R2, R3: each row was in the database before the response left. */
  @Test
  void rightAfterTokensWereIssued() {
    List<Response> issued = new ArrayList<>();
    for (String user : List.of("ann", "ben", "cyn")) {
      issued.add(tokens.login(user));
      issued.add(tokens.refresh(issued.get(issued.size() - 1)));
    }
    server.keycloak().kill();
    server.keycloak().startAgain();
    tokens.awaitAgreement(0, SOON);
    tokens.logout(issued.get(1));
    tokens.logout(issued.get(3));
    tokens.awaitAgreement(4, SOON);
  }

  @Test
  @Tag("full")
  void inTheMiddleOfAnExpansion() {
    List<Response> real = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      real.add(tokens.service());
    }
    long before = redis.size();
    fillLedger();
    // The not-before spares what is of its own second.
    long last = System.currentTimeMillis() / 1000;
    await().until(() -> System.currentTimeMillis() / 1000 > last);
    // The answer may not come: the server is killed meanwhile.
    CompletableFuture<Boolean> answered =
        CompletableFuture.supplyAsync(
                () -> server.admin().post("/realms/" + tokens.realm() + "/logout-all", "{}"))
            .handle((response, failure) -> failure == null);
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> redis.size() > before + 1000);
    redis.pause();
    server.keycloak().kill();
    redis.resume();
    assertThat(answered).succeedsWithin(SOON);
    long pushed = redis.size() - before;
    assertThat(pushed).as("keys that were pushed before the kill").isBetween(1000L, MANY - 1L);

    server.keycloak().startAgain();
    tokens.awaitAgreement(real.size(), SOON);
    await().atMost(SOON).until(() -> keysOf("synthetic-*") == MANY);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Tag("full")
  void theDatabaseIsRestarted(boolean crash) {
    Response early = tokens.login("ann");
    Response late = tokens.login("ann");
    tokens.login("ann");
    tokens.logout(early);
    if (crash) {
      database.crash();
    } else {
      database.stop();
    }
    database.startAgain();
    await().atMost(SOON).until(() -> server.readiness().status() == 200);
    tokens.logout(late);
    tokens.logout(tokens.login("ben"));
    tokens.awaitAgreement(3, SOON);
  }

  /** Tokens as the realm's service client would have got them, without the time that takes. */
  private void fillLedger() {
    database.sql(
        """
        INSERT INTO bulwark_token (expires_at, jti, session_type, realm_id, user_id, client_id, issued_at)
        SELECT t.expires_at, 'synthetic-' || n, t.session_type, t.realm_id, t.user_id, t.client_id, t.issued_at
        FROM (SELECT b.* FROM bulwark_token b JOIN realm r ON r.id = b.realm_id
              WHERE r.name = '%s' AND b.session_type = 'tr' LIMIT 1) t,
             generate_series(1, %d) n
        """
            .formatted(tokens.realm(), MANY));
  }

  private static long keysOf(String pattern) {
    try (Jedis jedis = redis.connect()) {
      return jedis.keys("revoked:" + pattern).size();
    }
  }
}

package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.redis.process.RedisProcess;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * R1: Keycloak removes expired sessions by the thousand. Nearly none of them has a live token, and
 * those must not become work; the token of one that has is revoked.
 */
@Tag("full")
class ExpiredSessionsIT {

  /** Keycloak looks for expired sessions every minute, which is the shortest time it takes. */
  /** Keycloak tells an event for each session: minutes for 100,000 on a busy machine. */
  private static final Duration EXPIRY = Duration.ofMinutes(20);

  private static PostgresProcess database;
  private static RedisProcess redis;
  private static FaultServer server;

  @BeforeAll
  static void start() {
    database = PostgresProcess.prepared();
    redis = RedisProcess.start();
    server =
        FaultServer.start(
            "expired-sessions",
            redis.url(),
            database,
            spec -> spec.option("spi-user-sessions--infinispan--session-expiration-period", "60"));
    database.sql(
        """
        CREATE TABLE written (cause text);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN INSERT INTO written VALUES (NEW.cause); RETURN NEW; END';
        CREATE TRIGGER note BEFORE INSERT ON bulwark_revocation_scope
          FOR EACH ROW EXECUTE FUNCTION note();
        """);
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

  @Test
  void thousandsWithoutTokensWriteNothing() {
    expire("few", 5_000);
  }

  @Test
  @Tag("full")
  void aHundredThousandWithoutTokensWriteNothing() {
    expire("many", 100_000);
  }

  private static void expire(String realm, int sessions) {
    IssuedTokens tokens =
        IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), realm, key -> -1);
    tokens.login("ann");
    database.sql("TRUNCATE written");
    database.sql(
        """
        INSERT INTO offline_user_session (user_session_id, user_id, realm_id, created_on,
          offline_flag, data, last_session_refresh, version, remember_me)
        SELECT r.name || '-' || n, u.id, r.id, extract(epoch FROM now())::int - 9000, '0', '{}',
          extract(epoch FROM now())::int - 9000, 0, FALSE
        FROM realm r JOIN user_entity u ON u.realm_id = r.id AND u.username = 'ann',
          generate_series(1, %2$d) n
        WHERE r.name = '%1$s';
        INSERT INTO bulwark_token (expires_at, jti, session_type, realm_id, user_id, client_id,
          session_id, issued_at)
        SELECT expires_at, '%1$s-live', session_type, realm_id, user_id, client_id, '%1$s-7',
          issued_at
        FROM bulwark_token WHERE realm_id = (SELECT id FROM realm WHERE name = '%1$s') LIMIT 1;
        """
            .formatted(realm, sessions));
    await("Keycloak removes the sessions")
        .atMost(EXPIRY)
        .until(
            () ->
                database
                    .sql(
                        "SELECT count(*) FROM offline_user_session WHERE user_session_id LIKE '"
                            + realm
                            + "-%'")
                    .equals("0"));
    int endings =
        Integer.parseInt(
            database.sql("SELECT count(*) FROM written WHERE cause = 'USER_SESSION_DELETED'"));
    assertThat(endings).as("endings written for sessions without live tokens").isLessThan(2);
    await().atMost(Duration.ofSeconds(60)).until(() -> exists("revoked:" + realm + "-live"));
  }

  private static boolean exists(String key) {
    try (Jedis jedis = redis.connect()) {
      return jedis.exists(key);
    }
  }
}

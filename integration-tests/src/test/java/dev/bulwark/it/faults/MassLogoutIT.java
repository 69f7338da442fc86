package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * R6, R10: while masses of tokens are being revoked, a single logout has its key with the response,
 * and so has a global token revocation all its keys.
 */
class MassLogoutIT {

  private static final Duration SOON = Duration.ofMinutes(2);

  /** As many mass logouts as there are threads for single ones. */
  private static final List<String> MASSES =
      List.of("ann", "ben", "cyn", "service-account-service");

  private static final int TOKENS_EACH = 50_000;

  /** More than a logout does at once; the rest would wait behind the masses. */
  private static final int TOKENS_OF_ONE = 1_000;

  @Test
  void aSingleLogoutDoesNotWaitForMasses() {
    try (PostgresProcess database = PostgresProcess.prepared();
        RedisProcess redis = RedisProcess.start();
        FaultServer server =
            FaultServer.start(
                "mass-logout",
                redis.url(),
                database,
                // The machine may be slow.
                spec -> spec.option("spi-events-listener--redis-revocation--push-wait", "4000"))) {
      IssuedTokens masses =
          IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "masses", redis::ttl);
      IssuedTokens singles =
          IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "singles", redis::ttl);
      masses.service();
      singles.service();
      singles.allowGlobalRevocation(server.admin());
      String one = fill(database, "singles", "ben", TOKENS_OF_ONE);
      Map<String, String> ids = new TreeMap<>();
      for (String user : MASSES) {
        ids.put(user, fill(database, "masses", user, TOKENS_EACH));
      }
      List<CompletableFuture<Response>> logouts = new ArrayList<>();
      ids.forEach(
          (user, id) ->
              logouts.add(
                  CompletableFuture.supplyAsync(
                      () ->
                          server
                              .admin()
                              .post("/realms/masses/users/" + id + "/logout", "{}")
                              .expect(204))));
      await().atMost(SOON).until(() -> redis.size() > 1000);

      for (int i = 0; i < 5; i++) {
        Response session = singles.login("ann");
        singles.logout(session);
        assertThat(singles.isInRedis(session)).as("in Redis with the response").isTrue();
      }
      singles.endEverything("ben").expect(204);
      assertThat(keys(redis, one)).as("in Redis with 204").isEqualTo(TOKENS_OF_ONE);
      assertThat(redis.size())
          .as("keys while the single logouts ran")
          .isLessThan(MASSES.size() * TOKENS_EACH);
      logouts.forEach(logout -> assertThat(logout).succeedsWithin(SOON));
      await().atMost(SOON).until(() -> redis.size() >= MASSES.size() * TOKENS_EACH);
    }
  }

  private static int keys(RedisProcess redis, String user) {
    try (Jedis jedis = redis.connect()) {
      return jedis.keys("revoked:" + user + "-*").size();
    }
  }

  /** Tokens as the user's clients would have got them, without the time that takes. */
  private static String fill(PostgresProcess database, String realm, String user, int tokens) {
    String id =
        database.sql(
            "SELECT u.id FROM user_entity u JOIN realm r ON r.id = u.realm_id"
                + " WHERE r.name = '"
                + realm
                + "' AND u.username = '"
                + user
                + "'");
    database.sql(
        """
        INSERT INTO bulwark_token (expires_at, jti, session_type, realm_id, user_id, client_id, issued_at)
        SELECT t.expires_at + 600, '%1$s-' || n, 'tr', t.realm_id, '%1$s', t.client_id, t.issued_at - 5
        FROM (SELECT b.* FROM bulwark_token b JOIN realm r ON r.id = b.realm_id
              WHERE r.name = '%3$s' AND b.session_type = 'tr' LIMIT 1) t,
             generate_series(1, %2$d) n
        """
            .formatted(id, tokens, realm));
    return id;
  }
}

package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * R6, R10: while masses of tokens are being revoked, a single logout has its key with the response,
 * and so has a global token revocation all its keys.
 */
@Tag("slow")
class MassLogoutIT {

  private static final Duration SOON = Duration.ofMinutes(2);

  /** As many mass logouts as there are threads for single ones. */
  private static final List<String> MASSES =
      List.of("ann", "ben", "cyn", "service-account-service");

  private static final int TOKENS_EACH = 50_000;

  /**
   * The next of the masses begins when fewer are left: no thread for single logouts is without one.
   */
  private static final int LEFT = MASSES.size() * TOKENS_EACH;

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
      IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "masses", redis::ttl);
      IssuedTokens singles =
          IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "singles", redis::ttl);
      singles.service();
      singles.allowGlobalRevocation(server.admin());
      String one = fill(database, "singles", "ben", TOKENS_OF_ONE, 0);
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<Long> logouts =
          CompletableFuture.supplyAsync(() -> endMasses(server, database, redis, over));
      try {
        await().atMost(SOON).until(() -> logouts.isDone() || redis.size() > 1000);

        for (int i = 0; i < 5; i++) {
          Response session = singles.login("ann");
          singles.logout(session);
          assertThat(singles.isInRedis(session)).as("in Redis with the response").isTrue();
        }
        singles.endEverything("ben").expect(204);
        assertThat(keys(redis, one)).as("in Redis with 204").isEqualTo(TOKENS_OF_ONE);
      } finally {
        over.set(true);
      }
      long ended = logouts.orTimeout(SOON.toSeconds(), TimeUnit.SECONDS).join();
      await().atMost(SOON).until(() -> redis.size() >= ended);
    }
  }

  /** Ends masses of tokens, round by round, until the single logouts are over. Returns how many. */
  private static long endMasses(
      FaultServer server, PostgresProcess database, RedisProcess redis, AtomicBoolean over) {
    long ended = 0;
    List<CompletableFuture<Response>> logouts = new ArrayList<>();
    for (int round = 0; !over.get(); round++) {
      String id = fill(database, "masses", MASSES.get(round % MASSES.size()), TOKENS_EACH, round);
      logouts.add(
          CompletableFuture.supplyAsync(
              () ->
                  server.admin().post("/realms/masses/users/" + id + "/logout", "{}").expect(204)));
      ended += TOKENS_EACH;
      long most = ended - LEFT;
      await().atMost(SOON).until(() -> over.get() || redis.size() > most);
    }
    logouts.forEach(CompletableFuture::join);
    return ended;
  }

  private static int keys(RedisProcess redis, String user) {
    try (Jedis jedis = redis.connect()) {
      return jedis.keys("revoked:" + user + "-*").size();
    }
  }

  /** Tokens as the user's clients would have got them, without the time that takes. */
  private static String fill(
      PostgresProcess database, String realm, String user, int tokens, int round) {
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
        SELECT t.expires_at + 600, '%1$s-%2$d-' || n, 'tr', r.id, '%1$s', c.id, t.issued_at - 5
        FROM (SELECT * FROM bulwark_token WHERE session_type = 'tr' LIMIT 1) t,
             realm r JOIN client c ON c.realm_id = r.id AND c.client_id = 'service',
             generate_series(1, %3$d) n
        WHERE r.name = '%4$s'
        """
            .formatted(id, round, tokens, realm));
    return id;
  }
}

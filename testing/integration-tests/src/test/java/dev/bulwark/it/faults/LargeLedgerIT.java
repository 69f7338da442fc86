package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.redis.process.RedisProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * R6: a realm is logged out while the ledger holds many tokens of it and of other realms, and while
 * all of them go on issuing tokens. On PostgreSQL.
 */
@Tag("full")
class LargeLedgerIT {

  private static final Duration SOON = Duration.ofMinutes(3);
  private static final int OWN = 40_000;
  private static final int OTHER_REALMS = 3;
  private static final int OF_EACH_OTHER = 20_000;

  /** Tokens that each realm issues while the realm is logged out, at most. */
  private static final int INFLOW = 100;

  @Test
  void aRealmIsLoggedOut() {
    try (PostgresProcess database = PostgresProcess.prepared();
        RedisProcess redis = RedisProcess.start();
        FaultServer server =
            FaultServer.start("large-ledger", redis.url(), database, spec -> spec)) {
      IssuedTokens own = realm(server, redis, "large");
      fill(database, "large", OWN);
      IssuedTokens other = own;
      for (int i = 0; i < OTHER_REALMS; i++) {
        other = realm(server, redis, "other-" + i);
        fill(database, "other-" + i, OF_EACH_OTHER);
      }
      AtomicBoolean enough = new AtomicBoolean();
      CompletableFuture<Void> intoOwn = inflow(own, enough);
      CompletableFuture<Void> intoOther = inflow(other, enough);
      int issued = own.size();
      await("tokens come in").atMost(SOON).until(() -> own.size() > issued + 5);

      Instant began = Instant.now();
      server.admin().post("/realms/large/logout-all", "{}").expect(200);
      await("the realm's tokens are in Redis")
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(200))
          .until(() -> count(redis, "large") == OWN);
      Duration taken = Duration.between(began, Instant.now());
      enough.set(true);
      assertThat(intoOwn).succeedsWithin(SOON);
      assertThat(intoOther).succeedsWithin(SOON);

      own.awaitAgreement(SOON);
      other.awaitAgreement(0, SOON);
      for (int i = 0; i < OTHER_REALMS; i++) {
        assertThat(count(redis, "other-" + i)).as("tokens of other-" + i).isZero();
      }
      System.out.printf(
          Locale.ROOT,
          "LargeLedgerIT: %d of %d tokens in Redis after %s, %d and %d came in meanwhile%n",
          OWN,
          OWN + OTHER_REALMS * OF_EACH_OTHER,
          taken,
          own.size(),
          other.size());
    }
  }

  private static IssuedTokens realm(FaultServer server, RedisProcess redis, String name) {
    IssuedTokens tokens =
        IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), name, redis::ttl);
    tokens.service();
    return tokens;
  }

  private static CompletableFuture<Void> inflow(IssuedTokens tokens, AtomicBoolean enough) {
    return CompletableFuture.runAsync(
        () -> {
          for (int i = 0; i < INFLOW && !enough.get(); i++) {
            tokens.service();
          }
        });
  }

  /** Tokens as the service client would have got them, without the time that takes. */
  private static void fill(PostgresProcess database, String realm, int tokens) {
    database.sql(
        """
        INSERT INTO bulwark_token (expires_at, jti, session_type, realm_id, user_id, client_id,
          issued_at)
        SELECT t.expires_at + 600, '%1$s-' || n, 'tr', t.realm_id, t.user_id, t.client_id,
          t.issued_at - 5
        FROM (SELECT b.* FROM bulwark_token b JOIN realm r ON r.id = b.realm_id
              WHERE r.name = '%1$s' AND b.session_type = 'tr' LIMIT 1) t,
             generate_series(1, %2$d) n
        """
            .formatted(realm, tokens));
  }

  private static int count(RedisProcess redis, String realm) {
    try (Jedis jedis = redis.connect()) {
      return jedis.keys("revoked:" + realm + "-*").size();
    }
  }
}

package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * R3: a Redis that hides {@code INFO}, as proxies and managed services do, serves as any other.
 * What it has lost unnoticed comes back.
 */
@Tag("full")
class HiddenRedisIT {

  private static final String OPTION = "spi-events-listener--redis-revocation--";

  @Test
  void aKeyThatRedisLosesComesBackThoughNobodyCanTell() {
    try (RedisProcess redis = RedisProcess.start()) {
      redis.admin("ACL", "SETUSER", "default", "-info");
      try (FaultServer server =
          FaultServer.start(
              "hidden-redis",
              redis.url(),
              null,
              spec -> spec.option(OPTION + "refresh-interval", "1000"))) {
        server.awaitRedisUp(1);
        IssuedTokens tokens =
            IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "hidden", redis::ttl);
        Response ended = tokens.login("ann");
        tokens.login("ben");
        tokens.logout(ended);
        tokens.awaitAgreement(1, SOON);
        await().atMost(SOON).until(() -> server.metric("bulwark_revocation_redis_identified") == 0);
        assertThat(server.keycloak().log())
            .containsOnlyOnce("Redis does not answer INFO")
            .contains(OPTION + "refresh-interval");

        double before = server.metric("bulwark_revocation_restored_total");
        try (Jedis jedis = redis.connect()) {
          assertThat(jedis.del(tokens.key(ended))).isEqualTo(1);
        }
        tokens.awaitAgreement(1, SOON);
        await()
            .atMost(SOON)
            .until(() -> server.metric("bulwark_revocation_restored_total") == before + 1);
        assertThat(server.metric("bulwark_redis_up")).isEqualTo(1);
      }
    }
  }
}

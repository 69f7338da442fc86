package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.SharedDatabase;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** R11: two nodes with one database, at two sites with a Redis each. */
@Tag("full")
class TwoSitesIT {

  @Test
  void everyRevocationReachesBothAndAnOutageDelaysOnlyItsOwnSite() {
    try (DatabaseProcess database = SharedDatabase.require();
        RedisProcess eastRedis = RedisProcess.start();
        RedisProcess westRedis = RedisProcess.start();
        FaultServer east = NodePair.ofSite("east", eastRedis.url(), database);
        FaultServer west = NodePair.ofSite("west", westRedis.url(), database)) {
      NodePair.awaitTogether(east, west);
      IssuedTokens tokens =
          IssuedTokens.inNewRealm(
              east.keycloak().url(),
              east.admin(),
              "sites",
              key -> Math.min(eastRedis.ttl(key), westRedis.ttl(key)));

      // Of each site its own Redis has it with the response, the other soon.
      Response one = tokens.login("ann");
      Response two = tokens.login("ann");
      tokens.logout(one);
      assertThat(eastRedis.ttl(tokens.key(one))).isPositive();
      tokens.useServer(west.keycloak().url());
      tokens.logout(two);
      assertThat(westRedis.ttl(tokens.key(two))).isPositive();
      tokens.login("ben");
      tokens.awaitAgreement(2, SOON);

      // One is away: the other goes on.
      Response three = tokens.login("ann");
      Response four = tokens.login("ann");
      westRedis.kill();
      west.awaitRedisUp(0);
      tokens.logout(three);
      await().atMost(SOON).until(() -> eastRedis.ttl(tokens.key(three)) > 0);
      tokens.useServer(east.keycloak().url());
      tokens.logout(four);
      assertThat(eastRedis.ttl(tokens.key(four))).isPositive();
      await()
          .atMost(SOON)
          .until(
              () ->
                  east.metric("bulwark_revocation_pending") == 0
                      && west.metric("bulwark_revocation_pending") == 2);
      long watermark = complete(eastRedis);
      await("the site that has its Redis is complete")
          .atMost(SOON)
          .until(() -> complete(eastRedis) > watermark);

      // It is back, empty.
      westRedis.startAgain();
      tokens.awaitAgreement(4, SOON);
      await().atMost(SOON).until(() -> complete(westRedis) > watermark);
      assertThat(east.metric("bulwark_revocation_leading")).isEqualTo(1);
      assertThat(west.metric("bulwark_revocation_leading")).isEqualTo(1);
    }
  }

  private static long complete(RedisProcess redis) {
    try (Jedis jedis = redis.connect()) {
      String value = jedis.get("revocation:complete");
      return value == null ? 0 : Long.parseLong(value);
    } catch (JedisException e) {
      return 0;
    }
  }
}

package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** A primary with a replica, and a Sentinel that makes the replica the primary. (R5) */
class SentinelIT {

  private static final JedisSettings SETTINGS = JedisSettings.defaults();

  @Test
  void theReplicaIsAskedWhenItHasTakenOver() {
    try (RedisProcess primary = RedisProcess.start();
        RedisProcess replica = RedisProcess.start("--replicaof", "127.0.0.1 " + primary.port());
        RedisProcess sentinel = RedisProcess.sentinel("mymaster", primary)) {
      primary.revoke("bad");
      primary.feed();
      await().until(() -> holds(replica, "revocation:complete"));
      await().until(() -> knowsReplica(sentinel));
      try (RevocationChecker checker =
          new RevocationChecker(
              JedisAccess.sentinel("mymaster", Set.of(sentinel.address()), SETTINGS, SETTINGS),
              CheckerOptions.builder().retryInterval(Duration.ofMillis(100)).build())) {
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
        assertThat(checker.check(RedisProcess.token("bad"))).isEqualTo(Verdict.REVOKED);

        primary.stop();
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.UNKNOWN);
        await()
            .atMost(Duration.ofSeconds(40))
            .until(() -> checker.check(RedisProcess.token("good")) == Verdict.LIVE);
        assertThat(checker.check(RedisProcess.token("bad"))).isEqualTo(Verdict.REVOKED);
      }
    }
  }

  private static boolean holds(RedisProcess redis, String key) {
    try (Jedis jedis = redis.connect()) {
      return jedis.exists(key);
    }
  }

  private static boolean knowsReplica(RedisProcess sentinel) {
    try (Jedis jedis = sentinel.connect()) {
      return jedis.sentinelReplicas("mymaster").size() == 1;
    }
  }
}

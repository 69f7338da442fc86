package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.springdata.SpringDataAccess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** Spring Data Redis with Lettuce, beyond the single server of the starter's applications. (R5) */
class SpringDataAccessIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final CheckerOptions OPTIONS =
      CheckerOptions.builder().retryInterval(Duration.ofMillis(100)).build();

  /** As an application has one: its commands may take a minute. */
  private static LettuceConnectionFactory application(RedisConfiguration redis) {
    LettuceConnectionFactory factory =
        new LettuceConnectionFactory(redis, LettuceClientConfiguration.defaultConfiguration());
    factory.afterPropertiesSet();
    factory.start();
    return factory;
  }

  @Test
  void everyShardOfAClusterIsAskedAndAnEmptiedOneIsNoticed() {
    try (TestCluster cluster = TestCluster.start()) {
      feed(cluster);
      for (int i = 0; i < 10; i++) {
        cluster.of("revoked:bad-" + i).revoke("bad-" + i);
      }
      LettuceConnectionFactory factory =
          application(
              new RedisClusterConfiguration(List.of("127.0.0.1:" + cluster.address().getPort())));
      try (RevocationChecker checker =
          new RevocationChecker(SpringDataAccess.lettuce(factory, TIMEOUT, TIMEOUT), OPTIONS)) {
        await().atMost(PATIENCE).until(() -> checker.check("good", null) == Verdict.LIVE);
        for (int i = 0; i < 10; i++) {
          assertThat(checker.check("bad-" + i, null)).isEqualTo(Verdict.REVOKED);
          assertThat(checker.check("good-" + i, null)).isEqualTo(Verdict.LIVE);
        }
        try (Jedis jedis = cluster.node(1).connect()) {
          jedis.flushAll();
        }
        await().atMost(PATIENCE).until(() -> checker.check("good", null) == Verdict.UNKNOWN);
        feed(cluster);
        await().atMost(PATIENCE).until(() -> checker.check("good", null) == Verdict.LIVE);
      } finally {
        factory.destroy();
      }
    }
  }

  private static void feed(TestCluster cluster) {
    Keys keys = new Keys("");
    for (int i = 0; i < 3; i++) {
      try (Jedis jedis = cluster.node(i).connect()) {
        jedis.psetex(
            keys.complete(TestCluster.FIRST_SLOTS.get(i)),
            3_600_000,
            "" + System.currentTimeMillis());
      }
    }
  }

  @Test
  void theReplicaIsAskedWhenItHasTakenOver() {
    try (RedisProcess primary = RedisProcess.start();
        RedisProcess replica = RedisProcess.start("--replicaof", "127.0.0.1 " + primary.port());
        RedisProcess sentinel = RedisProcess.sentinel("mymaster", primary)) {
      primary.revoke("bad");
      primary.feed();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                try (Jedis jedis = replica.connect();
                    Jedis watcher = sentinel.connect()) {
                  return jedis.exists("revocation:complete")
                      && watcher.sentinelReplicas("mymaster").size() == 1;
                }
              });
      LettuceConnectionFactory factory =
          application(
              new RedisSentinelConfiguration()
                  .master("mymaster")
                  .sentinel("127.0.0.1", sentinel.port()));
      try (RevocationChecker checker =
          new RevocationChecker(SpringDataAccess.lettuce(factory, TIMEOUT, TIMEOUT), OPTIONS)) {
        await().atMost(PATIENCE).until(() -> checker.check("good", null) == Verdict.LIVE);
        assertThat(checker.check("bad", null)).isEqualTo(Verdict.REVOKED);
        primary.stop();
        assertThat(checker.check("good", null)).isEqualTo(Verdict.UNKNOWN);
        await()
            .atMost(PATIENCE)
            .until(() -> checker.check("good", null) == Verdict.LIVE || feedAgain(replica));
        assertThat(checker.check("bad", null)).isEqualTo(Verdict.REVOKED);
      } finally {
        factory.destroy();
      }
    }
  }

  /** As Keycloak does once the replica is the primary; until then it takes no writes. */
  private static boolean feedAgain(RedisProcess replica) {
    try {
      replica.feed();
    } catch (JedisDataException e) {
      assertThat(e).hasMessageContaining("READONLY");
    }
    return false;
  }
}

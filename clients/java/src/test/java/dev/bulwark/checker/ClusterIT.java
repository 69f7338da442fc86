package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import java.time.Duration;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A cluster of three primaries. (R5) */
class ClusterIT {

  private final Keys keys = new Keys("");
  private TestCluster cluster;

  @BeforeEach
  void start() {
    cluster = TestCluster.start();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private void feed(int node) {
    try (Jedis jedis = cluster.node(node).connect()) {
      jedis.psetex(
          keys.complete(TestCluster.FIRST_SLOTS.get(node)),
          3_600_000,
          "" + System.currentTimeMillis());
      jedis.set(keys.state(keys.complete(TestCluster.FIRST_SLOTS.get(node)), "app"), "0 -");
    }
  }

  private RevocationChecker checker() {
    return new RevocationChecker(
        JedisAccess.cluster(Set.of(cluster.address()), JedisSettings.defaults()),
        CheckerOptions.builder().retryInterval(Duration.ofMillis(100)).build());
  }

  @Test
  void tokensAreFoundOnEveryShardInOneTrip() {
    feed(0);
    feed(1);
    feed(2);
    try (RedisClusterClient writer = RedisClusterClient.create(Set.of(cluster.address()));
        RevocationChecker checker = checker()) {
      for (int i = 0; i < 30; i++) {
        writer.set("revoked:bad-" + i, "1");
      }
      assertThat(checker.check(RedisProcess.token("warm-up"))).isEqualTo(Verdict.LIVE);
      long before = calls();
      for (int i = 0; i < 30; i++) {
        assertThat(checker.check(RedisProcess.token("bad-" + i))).isEqualTo(Verdict.REVOKED);
        assertThat(checker.check(RedisProcess.token("good-" + i))).isEqualTo(Verdict.LIVE);
      }
      assertThat(calls() - before).isEqualTo(60);
      assertThat(cluster.nodes()).allSatisfy(node -> assertThat(node.calls("exists")).isPositive());
    }
  }

  private long calls() {
    return cluster.nodes().stream()
        .mapToLong(node -> node.calls("exists") + node.calls("mget"))
        .sum();
  }

  @Test
  void onePrimaryThatWasEmptiedIsNoticed() {
    feed(0);
    feed(1);
    feed(2);
    try (RevocationChecker checker = checker()) {
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
      try (Jedis jedis = cluster.node(1).connect()) {
        jedis.flushAll();
      }
      await()
          .atMost(WatermarkPoller.INTERVAL.multipliedBy(3))
          .until(() -> checker.check(RedisProcess.token("good")) == Verdict.UNKNOWN);
      assertThat(checker.status()).isEqualTo(FeedStatus.UNFED);
      feed(1);
      await()
          .atMost(WatermarkPoller.INTERVAL.multipliedBy(3))
          .until(() -> checker.check(RedisProcess.token("good")) == Verdict.LIVE);
    }
  }

  /** Redis then goes on serving the slots that it has. */
  @Test
  void onePrimaryThatWasEmptiedIsNoticedWhileAnotherIsAway() {
    for (int i = 0; i < 3; i++) {
      feed(i);
      try (Jedis jedis = cluster.node(i).connect()) {
        jedis.configSet("cluster-require-full-coverage", "no");
      }
    }
    String onLast =
        IntStream.range(0, 1000)
            .mapToObj(i -> "good-" + i)
            .filter(
                jti ->
                    JedisClusterCRC16.getSlot(keys.revoked(jti)) >= TestCluster.FIRST_SLOTS.get(2))
            .findFirst()
            .orElseThrow();
    try (RevocationChecker checker =
        new RevocationChecker(
            JedisAccess.cluster(Set.of(cluster.node(2).address()), JedisSettings.defaults()),
            CheckerOptions.builder()
                .retryInterval(Duration.ofMillis(100))
                .feedMaxAge(Duration.ofHours(1))
                .build())) {
      assertThat(checker.check(RedisProcess.token(onLast))).isEqualTo(Verdict.LIVE);
      cluster.node(0).halt();
      try (Jedis jedis = cluster.node(1).connect()) {
        jedis.flushAll();
      }
      // Far below the age at which the watermark of the one that is away is too old.
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> checker.check(RedisProcess.token(onLast)) == Verdict.UNKNOWN);
      assertThat(checker.status()).isEqualTo(FeedStatus.UNFED);
    } finally {
      cluster.node(0).goOn();
    }
  }

  @Test
  void aClusterWithoutWatermarksIsNotBelieved() {
    feed(0);
    feed(1);
    try (RevocationChecker checker = checker()) {
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.UNKNOWN);
    }
  }
}

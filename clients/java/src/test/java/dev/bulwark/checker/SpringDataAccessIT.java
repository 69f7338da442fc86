package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.springdata.SpringDataAccess;
import dev.bulwark.testing.FreePort;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.event.connection.DisconnectedEvent;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;
import reactor.core.Disposable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** Spring Data Redis with Lettuce, beyond the single server of the starter's applications. (R5) */
class SpringDataAccessIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final CheckerOptions OPTIONS =
      CheckerOptions.builder().retryInterval(Duration.ofMillis(100)).build();

  /** A failure is still there when a test looks. */
  private static final CheckerOptions RARELY =
      CheckerOptions.builder().retryInterval(Duration.ofMinutes(1)).build();

  /** As an application has one: its commands may take a minute. */
  private static LettuceConnectionFactory application(RedisConfiguration redis) {
    return application(redis, LettuceClientConfiguration.defaultConfiguration());
  }

  private static LettuceConnectionFactory application(
      RedisConfiguration redis, LettuceClientConfiguration client) {
    LettuceConnectionFactory factory = new LettuceConnectionFactory(redis, client);
    factory.afterPropertiesSet();
    factory.start();
    return factory;
  }

  static LettuceConnectionFactory application(RedisProcess redis) {
    return application(server(redis));
  }

  private static RedisStandaloneConfiguration server(RedisProcess redis) {
    return new RedisStandaloneConfiguration("127.0.0.1", redis.port());
  }

  @Test
  void everyShardOfAClusterIsAskedAndAnEmptiedOneIsNoticed() {
    try (TestCluster cluster = TestCluster.start()) {
      feed(cluster);
      for (int i = 0; i < 10; i++) {
        cluster.of("revoked:bad-" + i).revoke("bad-" + i);
      }
      LettuceConnectionFactory factory = application(cluster(cluster.address().getPort()));
      try (RevocationChecker checker =
          new RevocationChecker(SpringDataAccess.lettuce(factory, TIMEOUT, TIMEOUT), OPTIONS)) {
        await()
            .atMost(PATIENCE)
            .until(() -> checker.check(RedisProcess.token("good")) == Verdict.LIVE);
        for (int i = 0; i < 10; i++) {
          assertThat(checker.check(RedisProcess.token("bad-" + i))).isEqualTo(Verdict.REVOKED);
          assertThat(checker.check(RedisProcess.token("good-" + i))).isEqualTo(Verdict.LIVE);
        }
        try (Jedis jedis = cluster.node(1).connect()) {
          jedis.flushAll();
        }
        await()
            .atMost(PATIENCE)
            .until(() -> checker.check(RedisProcess.token("good")) == Verdict.UNKNOWN);
        feed(cluster);
        await()
            .atMost(PATIENCE)
            .until(() -> checker.check(RedisProcess.token("good")) == Verdict.LIVE);
      } finally {
        factory.destroy();
      }
    }
  }

  /**
   * Lettuce 6 keeps the slots of a lost primary with it, unless it is told to ask for them again.
   */
  @Test
  void theReplicaInAClusterIsAskedWhenItHasTakenOver() {
    try (TestCluster cluster = TestCluster.startWithReplica()) {
      feed(cluster);
      RedisProcess primary = cluster.node(0);
      RedisProcess replica = cluster.node(3);
      String good = idOn(cluster, primary, "good");
      String bad = idOn(cluster, primary, "bad");
      primary.revoke(bad);
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                try (Jedis jedis = replica.connect()) {
                  return jedis.dbSize() == 3;
                }
              });
      LettuceConnectionFactory factory = application(cluster(cluster.node(1).port()));
      try (RevocationChecker checker =
          new RevocationChecker(SpringDataAccess.lettuce(factory, TIMEOUT, TIMEOUT), OPTIONS)) {
        await()
            .atMost(PATIENCE)
            .until(() -> checker.check(RedisProcess.token(good)) == Verdict.LIVE);
        assertThat(checker.check(RedisProcess.token(bad))).isEqualTo(Verdict.REVOKED);
        primary.stop();
        assertThat(checker.check(RedisProcess.token(good))).isEqualTo(Verdict.UNKNOWN);
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    checker.check(RedisProcess.token(good)) == Verdict.LIVE || feedAgain(cluster));
        assertThat(checker.check(RedisProcess.token(bad))).isEqualTo(Verdict.REVOKED);
      } finally {
        factory.destroy();
      }
    }
  }

  /** As Keycloak does; until the replica is the primary it takes no writes. */
  private static boolean feedAgain(TestCluster cluster) {
    try {
      feed(cluster.node(3), 0);
      feed(cluster.node(1), 1);
      feed(cluster.node(2), 2);
    } catch (JedisDataException e) {
      assertThat(e.getMessage()).containsAnyOf("MOVED", "CLUSTERDOWN", "READONLY");
    }
    return false;
  }

  private static String idOn(TestCluster cluster, RedisProcess node, String name) {
    return IntStream.range(0, 1000)
        .mapToObj(i -> name + "-" + i)
        .filter(id -> cluster.of("revoked:" + id) == node)
        .findFirst()
        .orElseThrow();
  }

  /** Its contract: a slot without a node may hold a token whose revocation is missed. */
  @Test
  void aClusterWithoutOneOfItsSlotsIsNotTakenForComplete() {
    try (TestCluster cluster = TestCluster.start()) {
      LettuceConnectionFactory factory = application(cluster(cluster.address().getPort()));
      try (SpringDataAccess access = SpringDataAccess.lettuce(factory, TIMEOUT, TIMEOUT)) {
        assertThat(access.lowestSlots()).containsExactlyInAnyOrder(0, 5461, 10923);
      }
      for (RedisProcess node : cluster.nodes()) {
        try (Jedis jedis = node.connect()) {
          jedis.clusterDelSlots(7000);
        }
      }
      try (SpringDataAccess access = SpringDataAccess.lettuce(factory, TIMEOUT, TIMEOUT)) {
        assertThatThrownBy(access::lowestSlots)
            .isInstanceOf(RedisUnavailableException.class)
            .hasMessageContaining("slot 7000");
      } finally {
        factory.destroy();
      }
    }
  }

  @Test
  void anApplicationWithAClusterStartsWithoutIt() {
    LettuceConnectionFactory factory = application(cluster(FreePort.next()));
    try (RevocationChecker checker =
        new RevocationChecker(SpringDataAccess.lettuce(factory, TIMEOUT, TIMEOUT), OPTIONS)) {
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.UNKNOWN);
      assertThat(checker.status()).isEqualTo(FeedStatus.AWAY);
    } finally {
      factory.destroy();
    }
    JedisConnectionFactory jedis = new JedisConnectionFactory(cluster(FreePort.next()));
    try (SpringDataAccess access = SpringDataAccess.of(jedis, TIMEOUT)) {
      assertThat(access.isClustered()).isTrue();
    }
  }

  private static RedisClusterConfiguration cluster(int port) {
    return new RedisClusterConfiguration(List.of("127.0.0.1:" + port));
  }

  /** A connection factory connects under a lock: one after another they took 30 s. */
  @Test
  void callersDoNotConnectOneAfterAnotherToASilentServer() throws Exception {
    Duration timeout = Duration.ofMillis(500);
    try (ServerSocket silent = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
      LettuceConnectionFactory factory =
          application(new RedisStandaloneConfiguration("127.0.0.1", silent.getLocalPort()));
      try (RevocationChecker checker =
          new RevocationChecker(SpringDataAccess.lettuce(factory, timeout, timeout), OPTIONS)) {
        // The first attempt loads Lettuce's classes, which takes seconds on a busy machine.
        SpringDataAccess first = SpringDataAccess.lettuce(factory, timeout, timeout);
        assertThatThrownBy(() -> first.exists("any")).isInstanceOf(RedisUnavailableException.class);
        first.close();
        CyclicBarrier together = new CyclicBarrier(50);
        AtomicLong slowest = new AtomicLong();
        RevocationCheckerIT.inParallel(
            50,
            () -> {
              wait(together);
              long began = System.nanoTime();
              assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.UNKNOWN);
              slowest.accumulateAndGet(System.nanoTime() - began, Math::max);
            });
        assertThat(Duration.ofNanos(slowest.get())).isLessThan(timeout.multipliedBy(8));
      } finally {
        factory.destroy();
      }
    }
  }

  private static void wait(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void feed(TestCluster cluster) {
    for (int i = 0; i < 3; i++) {
      feed(cluster.node(i), i);
    }
  }

  private static void feed(RedisProcess node, int shard) {
    try (Jedis jedis = node.connect()) {
      jedis.psetex(
          new Keys("").complete(TestCluster.FIRST_SLOTS.get(shard)),
          3_600_000,
          "" + System.currentTimeMillis());
      jedis.set(
          new Keys("").state(new Keys("").complete(TestCluster.FIRST_SLOTS.get(shard)), "app"),
          "0 -");
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
        await()
            .atMost(PATIENCE)
            .until(() -> checker.check(RedisProcess.token("good")) == Verdict.LIVE);
        assertThat(checker.check(RedisProcess.token("bad"))).isEqualTo(Verdict.REVOKED);
        primary.stop();
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.UNKNOWN);
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    checker.check(RedisProcess.token("good")) == Verdict.LIVE
                        || feedAgain(replica));
        assertThat(checker.check(RedisProcess.token("bad"))).isEqualTo(Verdict.REVOKED);
      } finally {
        factory.destroy();
      }
    }
  }

  /**
   * All threads share one connection: whoever gives up waiting must not close it for the others.
   */
  @Test
  void anInterruptedThreadDisturbsNobody() throws Exception {
    try (RedisProcess redis = RedisProcess.start()) {
      redis.feed();
      LettuceConnectionFactory factory = application(redis);
      try (RevocationChecker checker =
          new RevocationChecker(SpringDataAccess.lettuce(factory, PATIENCE, PATIENCE), RARELY)) {
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
        redis.halt();
        try {
          assertThat(Interruption.during(() -> checker.check(RedisProcess.token("good"))))
              .isEqualTo(Verdict.UNKNOWN);
        } finally {
          redis.goOn();
        }
        assertThat(checker.status()).isEqualTo(FeedStatus.KNOWING);
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
      } finally {
        factory.destroy();
      }
    }
  }

  /** Lettuce connects again by itself, but in a long outage only every half minute. */
  @Test
  void aLostConnectionDoesNotFailACheck() throws Exception {
    ClientResources resources =
        ClientResources.builder().reconnectDelay(Delay.constant(Duration.ofHours(1))).build();
    CountDownLatch lost = new CountDownLatch(1);
    Disposable events =
        resources
            .eventBus()
            .get()
            .filter(DisconnectedEvent.class::isInstance)
            .subscribe(event -> lost.countDown());
    try (RedisProcess redis = RedisProcess.start()) {
      redis.feed();
      LettuceConnectionFactory factory =
          application(
              server(redis),
              LettuceClientConfiguration.builder().clientResources(resources).build());
      try (RevocationChecker checker =
          new RevocationChecker(SpringDataAccess.lettuce(factory, TIMEOUT, TIMEOUT), RARELY)) {
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
        redis.stop();
        assertThat(lost.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        redis.startAgain();
        redis.feed();
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
        assertThat(checker.status()).isEqualTo(FeedStatus.KNOWING);
      } finally {
        factory.destroy();
      }
    } finally {
      events.dispose();
      assertThat(
              resources
                  .shutdown(0, 0, TimeUnit.SECONDS)
                  .awaitUninterruptibly(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .isTrue();
    }
  }

  /** Such as one that fetches the tokens of a cloud: the configuration itself has no password. */
  @Test
  void theApplicationsProviderOfCredentialsIsAsked() {
    RedisCredentialsProvider provider =
        RedisCredentialsProvider.from(() -> RedisCredentials.just("default", "correct-horse"));
    try (RedisProcess redis = RedisProcess.start()) {
      redis.feed();
      try (Jedis jedis = redis.connect()) {
        jedis.configSet("requirepass", "correct-horse");
      }
      LettuceConnectionFactory factory =
          application(
              server(redis),
              LettuceClientConfiguration.builder()
                  .redisCredentialsProviderFactory(
                      new RedisCredentialsProviderFactory() {
                        @Override
                        public RedisCredentialsProvider createCredentialsProvider(
                            RedisConfiguration any) {
                          return provider;
                        }
                      })
                  .build());
      try (RevocationChecker checker =
          new RevocationChecker(SpringDataAccess.lettuce(factory, TIMEOUT, TIMEOUT), OPTIONS)) {
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
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

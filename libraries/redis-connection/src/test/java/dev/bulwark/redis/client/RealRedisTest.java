package dev.bulwark.redis.client;

import static dev.bulwark.redis.RedisOperation.command;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bulwark.redis.RedisNode;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.redis.process.RedisClusterGroup;
import dev.bulwark.redis.process.RedisKind;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.SentinelGroup;
import dev.bulwark.redis.process.TestAuthority;
import dev.bulwark.redis.topology.RedisConfig;
import dev.bulwark.testing.MapScope;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Response;
import redis.clients.jedis.util.JedisClusterCRC16;

/** R4: every set-up that the options can name, with real servers. */
@Tag("processes")
class RealRedisTest {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final String PASSWORD = "correct-redis-battery";

  @ParameterizedTest
  @EnumSource(RedisKind.class)
  void aclUserPasswordPrefixAndDatabase(RedisKind kind) {
    try (RedisProcess redis = RedisProcess.of(kind).start()) {
      // What the bundle needs, and nothing else.
      redis.admin(
          "ACL",
          "SETUSER",
          "bulwark",
          "on",
          ">" + PASSWORD,
          "~app1:*",
          "resetchannels",
          "-@all",
          "+@connection",
          "+info",
          "+set",
          "+get",
          "+ttl",
          "+expireat",
          "+eval");
      try (GuardedRedisConnection connection =
          open(
              redis.url() + "/3", "username", "bulwark", "password", PASSWORD, "prefix", "app1:")) {
        awaitAvailable(connection);
        connection.call(command("SET"), client -> client.set(connection.key("k"), "v"));
        assertThatThrownBy(
                () -> connection.call(command("SET"), client -> client.set("app2:k", "v")))
            .isInstanceOf(RedisUnavailableException.class)
            .hasMessageContaining("NOPERM");
      }
      assertHolds(redis, 3, "app1:k");
    }
  }

  @ParameterizedTest
  @EnumSource(RedisKind.class)
  void aWrongPasswordIsNamedAndARightedOneNeedsNoRestart(RedisKind kind) {
    try (RedisProcess redis = RedisProcess.of(kind).password("another").start();
        GuardedRedisConnection connection = open(redis.url(), "password", PASSWORD)) {
      awaitError(connection, "WRONGPASS", "spi-redis-connection--default--password");
      assertThat(connection.status().error()).doesNotContain(PASSWORD).doesNotContain("another");
      redis.configure("requirepass", PASSWORD);
      awaitAvailable(connection);
    }
  }

  @Test
  void aMissingPasswordIsNamed() {
    try (RedisProcess redis = RedisProcess.of(RedisKind.REDIS).password(PASSWORD).start();
        GuardedRedisConnection connection = open(redis.url())) {
      awaitError(connection, "NOAUTH", "spi-redis-connection--default--password");
    }
  }

  @ParameterizedTest
  @EnumSource(RedisKind.class)
  void tlsWithAnAuthorityOfOnesOwn(RedisKind kind) {
    TestAuthority authority = TestAuthority.create("good-" + kind, "ip:127.0.0.1");
    TestAuthority other = TestAuthority.create("other-" + kind, "ip:127.0.0.1");
    try (RedisProcess redis = RedisProcess.of(kind).password(PASSWORD).tls(authority).start()) {
      String url = redis.url().replace("redis://", "rediss://");
      try (GuardedRedisConnection connection =
          open(url, "password", PASSWORD, "tls-ca-file", authority.certificate().toString())) {
        awaitAvailable(connection);
        assertThat(connection.<String>call(command("SET"), client -> client.set("k", "v")))
            .isEqualTo("OK");
      }
      try (GuardedRedisConnection connection =
          open(url, "password", PASSWORD, "tls-ca-file", other.certificate().toString())) {
        awaitError(connection, "spi-redis-connection--default--tls-ca-file");
      }
      // The authorities of the JVM do not know it either.
      try (GuardedRedisConnection connection = open(url, "password", PASSWORD)) {
        awaitError(connection, "spi-redis-connection--default--tls-ca-file");
      }
      try (GuardedRedisConnection connection = open(redis.url(), "password", PASSWORD)) {
        awaitError(connection, "rediss");
      }
    }
  }

  @Test
  void aCertificateOfAnotherHostIsRefusedUnlessToldOtherwise() {
    TestAuthority authority = TestAuthority.create("elsewhere", "dns:redis.example.org");
    try (RedisProcess redis = RedisProcess.of(RedisKind.REDIS).tls(authority).start()) {
      String url = redis.url().replace("redis://", "rediss://");
      String ca = authority.certificate().toString();
      try (GuardedRedisConnection connection = open(url, "tls-ca-file", ca)) {
        awaitError(connection, "tls-verify-hostname");
      }
      try (GuardedRedisConnection connection =
          open(url, "tls-ca-file", ca, "tls-verify-hostname", "false")) {
        awaitAvailable(connection);
      }
    }
  }

  @Test
  @Timeout(90)
  void aPausedServerCostsOneTimeOutAndThenNothing() {
    try (RedisProcess redis = RedisProcess.start();
        GuardedRedisConnection connection = open(redis.url(), "command-timeout", "300")) {
      awaitAvailable(connection);
      redis.pause();
      // Not even one, where the heartbeat has met with it before.
      assertThat(attemptsOfACall(connection)).isLessThanOrEqualTo(1);
      assertThat(connection.isAvailable()).isFalse();
      assertThat(attemptsOfACall(connection)).isZero();
      redis.resume();
      awaitAvailable(connection);
    }
  }

  @Test
  void aServerThatNobodyCallsIsMissedAllTheSame() {
    try (RedisProcess redis = RedisProcess.start();
        GuardedRedisConnection connection = open(redis.url())) {
      awaitAvailable(connection);
      redis.kill();
      await().atMost(SOON).until(() -> !connection.isAvailable());
      redis.startAgain();
      awaitAvailable(connection);
    }
  }

  @Test
  void anExhaustedPoolIsNoOutage() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (RedisProcess redis = RedisProcess.start();
        GuardedRedisConnection connection =
            open(redis.url(), "pool-size", "1", "pool-wait", "50", "command-timeout", "5000")) {
      awaitAvailable(connection);
      CountDownLatch borrowed = new CountDownLatch(1);
      CountDownLatch tried = new CountDownLatch(1);
      Future<String> first =
          threads.submit(
              () ->
                  connection.pipeline(
                      connection.nodes().get(0),
                      pipeline -> {
                        Response<String> set = pipeline.set("k", "v");
                        borrowed.countDown();
                        awaitLatch(tried);
                        pipeline.sync();
                        return set.get();
                      }));
      awaitLatch(borrowed);
      assertThatThrownBy(() -> connection.call(command("GET"), client -> client.get("k")))
          .isInstanceOf(RedisUnavailableException.class);
      assertThat(connection.isAvailable()).isTrue();
      tried.countDown();
      assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo("OK");
      assertThat(connection.<String>call(command("GET"), client -> client.get("k"))).isEqualTo("v");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aServerThatRefusesWritesCountsAsAwayUntilItTakesThem() {
    try (RedisProcess redis = RedisProcess.start();
        GuardedRedisConnection connection = open(redis.url())) {
      awaitAvailable(connection);
      redis.configure("maxmemory", "1");
      assertThatThrownBy(() -> connection.call(command("SET"), client -> client.set("k", "v")))
          .hasMessageContaining("OOM");
      // It answers PING, but that must not make it available.
      await()
          .during(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(30))
          .until(() -> !connection.isAvailable());
      redis.configure("maxmemory", "0");
      awaitAvailable(connection);
    }
  }

  @Test
  void sentinelsNameThePrimaryAndItsSuccessor() {
    try (SentinelGroup group = SentinelGroup.start(PASSWORD, "sentinel-" + PASSWORD);
        GuardedRedisConnection connection =
            open(
                group.url() + "?db=2",
                "password",
                PASSWORD,
                "sentinel-password",
                "sentinel-" + PASSWORD)) {
      awaitAvailable(connection);
      connection.call(command("SET"), client -> client.set("before", "1"));
      group.awaitReplica();
      RedisProcess old = group.primary();
      old.kill();
      RedisProcess next = group.awaitOtherPrimary(old);
      awaitSet(connection, "after");
      assertHolds(next, 2, "before", "after");
      // The old one comes back and becomes a replica: no write may go astray.
      old.startAgain();
      group.awaitReplica();
      awaitSet(connection, "later");
      // Whichever it is by now: Sentinel may hand over once more while the old one joins.
      assertHolds(group.primary(), 2, "later");
    }
  }

  @Test
  void whatIsWrongWithTheSentinelsIsNamed() {
    try (SentinelGroup group = SentinelGroup.start(null, "sentinel-" + PASSWORD)) {
      try (GuardedRedisConnection connection = open(group.url(), "sentinel-password", "wrong")) {
        awaitError(connection, "WRONGPASS", "spi-redis-connection--default--sentinel-password");
      }
      String otherGroup = group.url().replace("/" + SentinelGroup.NAME, "/nobody");
      try (GuardedRedisConnection connection =
          open(otherGroup, "sentinel-password", "sentinel-" + PASSWORD)) {
        awaitError(connection, "nobody", "spi-redis-connection--default--url");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(RedisKind.class)
  void aClusterIsWrittenToByShardAndSurvivesTheLossOfOne(RedisKind kind) {
    try (RedisClusterGroup cluster = RedisClusterGroup.start(kind);
        GuardedRedisConnection connection = open(cluster.url(), "prefix", "p:")) {
      awaitAvailable(connection);
      assertThat(connection.nodes()).hasSize(3);
      assertThat(setThroughPipelines(connection, 300)).isEqualTo(3);
      String key = connection.key("key-0");
      RedisProcess lost = cluster.primaryOf(JedisClusterCRC16.getSlot(key));
      lost.kill();
      awaitSet(connection, "key-0");
      assertThat(cluster.primaryOf(JedisClusterCRC16.getSlot(key)).port())
          .isNotEqualTo(lost.port());
      awaitAvailable(connection);
      assertThat(connection.nodes()).hasSize(3);
      assertThat(setThroughPipelines(connection, 300)).isEqualTo(3);
    }
  }

  @Test
  void theReasonOfAnUnusableClusterIsNamed() {
    try (RedisProcess redis = RedisProcess.of(RedisKind.REDIS).password("another").start();
        GuardedRedisConnection connection =
            open(redis.url().replace("redis://", "redis-cluster://"), "password", PASSWORD)) {
      awaitError(connection, "WRONGPASS", "spi-redis-connection--default--password");
    }
  }

  /** The number of nodes that took part. */
  private static int setThroughPipelines(GuardedRedisConnection connection, int count) {
    List<String> keys =
        IntStream.range(0, count).mapToObj(i -> connection.key("key-" + i)).toList();
    Map<RedisNode, List<String>> routed = connection.route(keys, key -> key);
    List<String> answers = new ArrayList<>();
    routed.forEach(
        (node, some) ->
            answers.addAll(
                connection.<List<String>>pipeline(
                    node,
                    pipeline -> {
                      List<Response<String>> sets =
                          some.stream().map(key -> pipeline.set(key, "1")).toList();
                      pipeline.sync();
                      return sets.stream().map(Response::get).toList();
                    })));
    assertThat(answers).hasSize(count).containsOnly("OK");
    return routed.size();
  }

  /** Returns how often a call that fails reaches for the server. */
  private static int attemptsOfACall(GuardedRedisConnection connection) {
    AtomicInteger attempts = new AtomicInteger();
    assertThatThrownBy(
            () ->
                connection.call(
                    command("GET"),
                    client -> {
                      attempts.incrementAndGet();
                      return client.get("k");
                    }))
        .isInstanceOf(RedisUnavailableException.class);
    return attempts.get();
  }

  private static void assertHolds(RedisProcess redis, int database, String... keys) {
    try (Jedis jedis = redis.connect()) {
      jedis.select(database);
      assertThat(jedis.exists(keys)).isEqualTo(keys.length);
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void awaitSet(GuardedRedisConnection connection, String name) {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptionsInstanceOf(RedisUnavailableException.class)
        .until(
            () ->
                "OK"
                    .equals(
                        connection.call(command("SET"), c -> c.set(connection.key(name), "1"))));
  }

  private static void awaitAvailable(GuardedRedisConnection connection) {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(
            () ->
                assertThat(connection.isAvailable())
                    .as("available: %s", connection.status())
                    .isTrue());
  }

  private static void awaitError(GuardedRedisConnection connection, String... texts) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(connection.status().error()).contains(texts));
    assertThat(connection.isAvailable()).isFalse();
  }

  private static GuardedRedisConnection open(String url, String... options) {
    Map<String, String> all = new HashMap<>(Map.of("url", url, "probe-interval", "50"));
    for (int i = 0; i < options.length; i += 2) {
      all.put(options[i], options[i + 1]);
    }
    String[] flat =
        all.entrySet().stream()
            .flatMap(e -> Stream.of(e.getKey(), e.getValue()))
            .toArray(String[]::new);
    GuardedRedisConnection connection =
        new GuardedRedisConnection(RedisConfig.from(MapScope.of(flat)), Clock.systemUTC());
    connection.start();
    return connection;
  }
}

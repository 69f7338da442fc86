package dev.bulwark.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.redis.process.RedisClusterGroup;
import dev.bulwark.redis.process.RedisKind;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;

/** L1: the script, in a real Redis, Valkey and cluster. */
@Tag("processes")
class RedisLimiterTest {

  private static final AtomicInteger IDS = new AtomicInteger();
  private static final LimitKeys KEYS = new LimitKeys("realm-1");
  private static final Limits LIMITS = new Limits(5, 10, Duration.ofMinutes(1));

  @ParameterizedTest
  @EnumSource(RedisKind.class)
  void fiveOfAnAddressTenOfAnAccount(RedisKind kind) {
    try (RedisProcess redis = RedisProcess.of(kind).start();
        UnifiedJedis client = client(redis)) {
      assertLimits(new RedisLimiter(new TestRedis(client, "app1:")));
      assertThat(redis.admin("KEYS", "*").lines()).allMatch(key -> key.startsWith("app1:limit:{"));
    }
  }

  @Test
  void aClusterTakesBothKeysInOneScript() {
    try (RedisClusterGroup group = RedisClusterGroup.start(RedisKind.REDIS);
        UnifiedJedis client =
            RedisClusterClient.builder()
                .nodes(Set.of(new HostAndPort("127.0.0.1", group.nodes().get(0).port())))
                .build()) {
      assertLimits(new RedisLimiter(new TestRedis(client, "app1:")));
    }
  }

  private static void assertLimits(RedisLimiter limiter) {
    for (int i = 0; i < 5; i++) {
      assertThat(take(limiter, attempt("a", "u" + i))).isEqualTo(Decision.GRANTED);
    }
    Decision sixth = take(limiter, attempt("a", "u5"));
    assertThat(sixth)
        .isInstanceOfSatisfying(
            Decision.Refused.class,
            refused -> {
              assertThat(refused.scope()).isEqualTo(Scope.ADDRESS);
              assertThat(refused.waitMillis()).isBetween(30_000L, 60_000L);
            });
    for (int i = 0; i < 10; i++) {
      assertThat(take(limiter, attempt("b" + i, "alice"))).isEqualTo(Decision.GRANTED);
    }
    assertThat(take(limiter, attempt("c", "alice")))
        .isInstanceOfSatisfying(
            Decision.Refused.class,
            refused -> assertThat(refused.scope()).isEqualTo(Scope.ACCOUNT));
    // The refused ones took nothing.
    for (int i = 0; i < 5; i++) {
      assertThat(take(limiter, attempt("c", "u" + i))).isEqualTo(Decision.GRANTED);
    }
    // A slot that goes back can be taken again, and goes back once.
    assertThat(take(limiter, attempt("d", "bob"))).isEqualTo(Decision.GRANTED);
    Attempt last = attempt("d", "bob");
    for (int i = 0; i < 20; i++) {
      assertThat(take(limiter, last)).isEqualTo(Decision.GRANTED);
      limiter.giveBack(last);
      limiter.giveBack(last);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(take(limiter, attempt("d", "bob"))).isEqualTo(Decision.GRANTED);
    }
    assertThat(take(limiter, attempt("d", "bob"))).isInstanceOf(Decision.Refused.class);
  }

  @ParameterizedTest
  @EnumSource(RedisKind.class)
  void theWindowSlidesByTheTimeOfRedisAndLeavesNothingBehind(RedisKind kind) {
    Limits second = new Limits(2, 0, Duration.ofSeconds(1));
    try (RedisProcess redis = RedisProcess.of(kind).start();
        UnifiedJedis client = client(redis)) {
      RedisLimiter limiter = new RedisLimiter(new TestRedis(client, ""));
      List<Long> sent = new ArrayList<>();
      List<Long> answered = new ArrayList<>();
      long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
      while (System.nanoTime() < end) {
        long before = System.nanoTime();
        if (take(limiter, new Attempt(id(), "a", null, second)) instanceof Decision.Granted) {
          sent.add(before);
          answered.add(System.nanoTime());
        }
      }
      assertThat(sent).hasSizeBetween(6, 9);
      for (int i = 2; i < sent.size(); i++) {
        // Redis counts each between its request and its answer; the clocks tick alike.
        assertThat(answered.get(i) - sent.get(i - 2)).isGreaterThan(985_000_000L);
      }
      await().until(() -> redis.size() == 0);
    }
  }

  @Test
  void concurrentAttemptsGetExactlyTheLimit() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try (RedisProcess redis = RedisProcess.start();
        UnifiedJedis client = client(redis)) {
      RedisLimiter limiter = new RedisLimiter(new TestRedis(client, ""));
      List<Future<Decision>> all = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        all.add(threads.submit(() -> take(limiter, attempt("a", "u"))));
      }
      int granted = 0;
      for (Future<Decision> one : all) {
        granted += one.get() instanceof Decision.Granted ? 1 : 0;
      }
      assertThat(granted).isEqualTo(5);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aServerThatForgotTheScriptIsToldItAgain() {
    try (RedisProcess redis = RedisProcess.start();
        UnifiedJedis client = client(redis)) {
      RedisLimiter limiter = new RedisLimiter(new TestRedis(client, ""));
      for (int i = 0; i < 5; i++) {
        assertThat(take(limiter, attempt("a", null))).isEqualTo(Decision.GRANTED);
        redis.admin("SCRIPT", "FLUSH");
      }
      assertThat(take(limiter, attempt("a", null))).isInstanceOf(Decision.Refused.class);
    }
  }

  /** As the README of redis-connection has it. */
  @ParameterizedTest
  @EnumSource(RedisKind.class)
  void anAclUserNeedsNoMoreThanDocumented(RedisKind kind) {
    try (RedisProcess redis = RedisProcess.of(kind).start()) {
      redis.admin(
          "ACL",
          "SETUSER",
          "bulwark",
          "on",
          ">pw",
          "~app1:*",
          "resetchannels",
          "-@all",
          "+@connection",
          "+eval",
          "+evalsha",
          "+time",
          "+zadd",
          "+zcard",
          "+zrange",
          "+zrem",
          "+zremrangebyscore",
          "+pexpire");
      try (UnifiedJedis client =
          RedisClient.builder()
              .hostAndPort(redis.address())
              .clientConfig(
                  DefaultJedisClientConfig.builder().user("bulwark").password("pw").build())
              .build()) {
        assertLimits(new RedisLimiter(new TestRedis(client, "app1:")));
      }
    }
  }

  /** One command of Redis, whatever the script does inside. */
  @Test
  void anAttemptIsOneRoundTrip() {
    try (RedisProcess redis = RedisProcess.start();
        UnifiedJedis client = client(redis)) {
      RedisLimiter limiter = new RedisLimiter(new TestRedis(client, ""));
      take(limiter, attempt("warm", "up"));
      redis.admin("CONFIG", "RESETSTAT");
      for (int i = 0; i < 100; i++) {
        take(limiter, attempt("a", "u"));
      }
      String stats = redis.admin("INFO", "commandstats");
      assertThat(stats).contains("cmdstat_evalsha:calls=100,").doesNotContain("cmdstat_eval:");
      Set<String> own = new HashSet<>(List.of("time", "zremrangebyscore", "zcard", "zrange"));
      own.addAll(List.of("zadd", "pexpire", "evalsha", "config|resetstat", "info", "ping"));
      own.addAll(List.of("hello", "client|setinfo", "select"));
      assertThat(stats.lines().filter(line -> line.startsWith("cmdstat_")))
          .allMatch(line -> own.contains(line.substring(8, line.indexOf(':'))));
    }
  }

  @Test
  void withoutRedisTheNodeGoesOnAloneFromWhereItWas() {
    try (RedisProcess redis = RedisProcess.start();
        UnifiedJedis client = client(redis)) {
      SharedLimiter one = node(client);
      SharedLimiter two = node(client);
      for (int i = 0; i < 3; i++) {
        assertThat(one.take(attempt("a", null))).isEqualTo(Decision.GRANTED);
      }
      assertThat(two.take(attempt("a", null))).isEqualTo(Decision.GRANTED);
      redis.kill();
      // Three were here, so two are left here; the other node has had one.
      assertThat(granted(one, 10)).isEqualTo(2);
      assertThat(granted(two, 10)).isEqualTo(4);
      assertThat(one.isAlone()).isTrue();
      redis.startAgain();
      // Redis is empty, but the nodes are not.
      assertThat(granted(one, 10)).isZero();
      assertThat(one.take(attempt("b", null))).isEqualTo(Decision.GRANTED);
      assertThat(one.isAlone()).isFalse();
      assertThat(granted(two, 10, "b")).isEqualTo(4);
    }
  }

  /** Who logs in again at once is not refused for the slot that is on its way back. */
  @Test
  void whatIsOnItsWayBackIsGivenBackByTheNextAttempt() {
    try (RedisProcess redis = RedisProcess.start();
        UnifiedJedis client = client(redis)) {
      SharedLimiter node = node(client);
      for (int i = 0; i < LIMITS.perAddress() - 1; i++) {
        assertThat(node.take(attempt("a", "alice"))).isEqualTo(Decision.GRANTED);
      }
      List<Attempt> late = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        Attempt success = attempt("a", "alice");
        assertThat(node.take(success)).isEqualTo(Decision.GRANTED);
        node.giveBackHere(success);
        late.add(success);
      }
      // Without effect by now, and what comes after is not mistaken for it.
      late.forEach(node::giveBackEverywhere);
      assertThat(node.take(attempt("a", "alice"))).isEqualTo(Decision.GRANTED);
      assertThat(node(client).take(attempt("a", "alice"))).isInstanceOf(Decision.Refused.class);
    }
  }

  private static SharedLimiter node(UnifiedJedis client) {
    return new SharedLimiter(
        "Attempts",
        new LocalLimiter(1_000, System::nanoTime),
        new RedisLimiter(new TestRedis(client, "")));
  }

  private static int granted(SharedLimiter limiter, int attempts) {
    return granted(limiter, attempts, "a");
  }

  private static int granted(SharedLimiter limiter, int attempts, String address) {
    int granted = 0;
    for (int i = 0; i < attempts; i++) {
      granted += limiter.take(attempt(address, null)) instanceof Decision.Granted ? 1 : 0;
    }
    return granted;
  }

  private static Decision take(RedisLimiter limiter, Attempt attempt) {
    return limiter.take(attempt, List.of());
  }

  private static UnifiedJedis client(RedisProcess redis) {
    return RedisClient.builder().hostAndPort(redis.address()).build();
  }

  private static Attempt attempt(String address, @Nullable String account) {
    return new Attempt(
        id(), KEYS.ofAddress(address), account == null ? null : KEYS.ofUser(account), LIMITS);
  }

  private static String id() {
    return "test-" + IDS.incrementAndGet();
  }
}

package dev.bulwark.limit;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** L1, K5: what is counted only when it has failed, at two nodes with one Redis. */
class SharedLimiterTest {

  private static final Limits LIMITS = new Limits(20, 6, Duration.ofMinutes(1));
  private static final AtomicInteger IDS = new AtomicInteger();

  private static RedisProcess redis;
  private static UnifiedJedis client;

  private final AtomicLong now = new AtomicLong();
  private final SharedLimiter one = node();
  private final SharedLimiter two = node();

  @BeforeAll
  static void start() {
    redis = RedisProcess.start();
    client =
        RedisClient.builder()
            .hostAndPort(new HostAndPort("127.0.0.1", redis.port()))
            .clientConfig(DefaultJedisClientConfig.builder().timeoutMillis(1000).build())
            .build();
  }

  @AfterAll
  static void end() {
    client.close();
    redis.close();
  }

  private SharedLimiter node() {
    Ticker ticker = now::get;
    return new SharedLimiter(
        "Attempts", new LocalLimiter(1_000, ticker), new RedisLimiter(new TestRedis(client, "")));
  }

  private static Attempt attempt(String address, String account) {
    return new Attempt("id-" + IDS.incrementAndGet(), address, address + "/" + account, LIMITS);
  }

  /** As a test of a secret: whether it was told to be wrong. */
  private static boolean isToldWrong(SharedLimiter node, Attempt attempt) {
    return node.check(attempt) instanceof Decision.Granted
        && node.takeLocally(attempt) instanceof Decision.Granted
        && node.count(attempt) instanceof Decision.Granted;
  }

  @Test
  void theNodesCountTogether() {
    for (int i = 0; i < 6; i++) {
      assertThat(isToldWrong(i % 2 == 0 ? one : two, attempt("a1", "x"))).isTrue();
    }
    assertThat(isToldWrong(one, attempt("a1", "x"))).isFalse();
    assertThat(isToldWrong(two, attempt("a1", "x"))).isFalse();
    // From now on each knows by itself, and looks at no secret.
    for (SharedLimiter node : List.of(one, two)) {
      assertThat(node.check(attempt("a1", "x")))
          .isInstanceOfSatisfying(
              Decision.Refused.class,
              refused -> {
                assertThat(refused.scope()).isEqualTo(Scope.ACCOUNT);
                assertThat(refused.waitMillis()).isBetween(30_000L, 60_000L);
              });
    }
    assertThat(isToldWrong(one, attempt("a1", "another"))).isTrue();
    assertThat(isToldWrong(one, attempt("a2", "x"))).isTrue();
  }

  @Test
  void whatOthersHaveFilledIsOpenAgainWithTheWindow() {
    for (int i = 0; i < 6; i++) {
      isToldWrong(one, attempt("b1", "x"));
    }
    assertThat(isToldWrong(two, attempt("b1", "x"))).isFalse();
    assertThat(two.check(attempt("b1", "x"))).isInstanceOf(Decision.Refused.class);
    now.addAndGet(TimeUnit.SECONDS.toNanos(61));
    assertThat(two.check(attempt("b1", "x"))).isEqualTo(Decision.GRANTED);
  }

  @Test
  void whoIsRightCountsNowhere() {
    for (int i = 0; i < 200; i++) {
      assertThat(one.check(attempt("c1", "x"))).isEqualTo(Decision.GRANTED);
    }
    for (int i = 0; i < 6; i++) {
      assertThat(isToldWrong(two, attempt("c1", "x"))).isTrue();
    }
  }

  @Test
  void howeverManyAtOnceNoMoreAreToldThatTheyAreWrong() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(32);
    try {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        SharedLimiter node = i % 2 == 0 ? one : two;
        String account = "d" + i % 10;
        all.add(threads.submit(() -> isToldWrong(node, attempt("d1", account))));
      }
      int told = 0;
      for (Future<Boolean> each : all) {
        told += each.get() ? 1 : 0;
      }
      assertThat(told).as("of the address").isEqualTo(20);
    } finally {
      threads.shutdownNow();
    }
  }

  /** The key of a realm, as each node makes it. */
  private static String key(String name) {
    return "limit:{lifted}:" + name;
  }

  @Test
  void aLiftReachesTheOtherNodesWithinASecond() {
    Attempt first = attempt(key("a:e1"), "x");
    for (SharedLimiter node : List.of(one, two)) {
      // Each node has counted all of them, and refuses by itself.
      for (int i = 0; i < 3; i++) {
        assertThat(node.take(attempt(key("a:e1"), "x"))).isEqualTo(Decision.GRANTED);
      }
    }
    for (SharedLimiter node : List.of(one, two)) {
      for (int i = 0; i < 3; i++) {
        node.takeLocally(attempt(key("a:e1"), "x"));
      }
      assertThat(node.take(attempt(key("a:e1"), "x"))).isInstanceOf(Decision.Refused.class);
    }
    now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(one.lift(List.copyOf(first.keys()))).isTrue();
    assertThat(one.take(attempt(key("a:e1"), "x"))).as("at once").isEqualTo(Decision.GRANTED);
    assertThat(two.check(attempt(key("a:e1"), "x"))).as("asks Redis").isEqualTo(Decision.GRANTED);
    for (int i = 0; i < 5; i++) {
      assertThat(two.take(attempt(key("a:e1"), "x"))).isEqualTo(Decision.GRANTED);
    }
    now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(two.take(attempt(key("a:e1"), "x")))
        .as("attempts after the lift count")
        .isInstanceOf(Decision.Refused.class);
  }

  @Test
  void aNodeAsksForLiftsOnceASecond() {
    for (int i = 0; i < 7; i++) {
      two.take(attempt(key("a:f1"), "x"));
    }
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(999));
    one.lift(List.of(key("a:f1"), key("a:f1") + "/x"));
    assertThat(two.take(attempt(key("a:f1"), "x"))).isInstanceOf(Decision.Refused.class);
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(two.take(attempt(key("a:f1"), "x"))).isEqualTo(Decision.GRANTED);
  }
}

package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Redis' client-side caching as near-cache. (R5) */
class NearCacheIT {

  private static final JedisSettings SETTINGS =
      JedisSettings.builder()
          .connectTimeout(Duration.ofMillis(300))
          .commandTimeout(Duration.ofMillis(300))
          .nearCacheSize(1000)
          .build();

  private RedisProcess redis;

  @BeforeEach
  void start() {
    redis = RedisProcess.start();
    redis.feed();
    String version = redis.version();
    assumeThat(isAtLeast74(version))
        .as("client-side caching needs Redis 7.4, this is %s", version)
        .isTrue();
  }

  private static boolean isAtLeast74(String version) {
    int[] parts = Arrays.stream(version.split("\\.", -1)).mapToInt(Integer::parseInt).toArray();
    return parts[0] > 7 || parts[0] == 7 && parts[1] >= 4;
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  private RevocationChecker checker(CheckerOptions options) {
    return new RevocationChecker(
        JedisAccess.standalone("127.0.0.1", redis.port(), SETTINGS), options);
  }

  @Test
  void aKnownTokenCostsNoTripAndItsRevocationIsSeen() {
    try (RevocationChecker checker = checker(CheckerOptions.failClosed())) {
      assertThat(checker.check(RedisProcess.token("token"))).isEqualTo(Verdict.LIVE);
      long asked = redis.calls("exists");
      for (int i = 0; i < 1000; i++) {
        assertThat(checker.check(RedisProcess.token("token"))).isEqualTo(Verdict.LIVE);
      }
      // The cache is emptied every 9 s: at most once in so short a time.
      assertThat(redis.calls("exists") - asked).isLessThanOrEqualTo(1);
      redis.revoke("token");
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(1))
          .until(() -> checker.check(RedisProcess.token("token")) == Verdict.REVOKED);
    }
  }

  /** A killed server closes its connections; a cached answer must not outlive it by much. */
  @Test
  void theCacheDoesNotHideThatRedisIsAway() {
    try (RevocationChecker checker = checker(CheckerOptions.failClosed())) {
      assertThat(checker.check(RedisProcess.token("token"))).isEqualTo(Verdict.LIVE);
      redis.stop();
      await()
          .atMost(WatermarkPoller.INTERVAL.multipliedBy(30))
          .until(() -> checker.check(RedisProcess.token("token")) == Verdict.UNKNOWN);
    }
  }

  @Test
  void anEmptiedRedisIsNoticed() {
    try (RevocationChecker checker = checker(CheckerOptions.failClosed())) {
      assertThat(checker.check(RedisProcess.token("token"))).isEqualTo(Verdict.LIVE);
      try (Jedis jedis = redis.connect()) {
        jedis.flushAll();
      }
      await()
          .atMost(WatermarkPoller.INTERVAL.multipliedBy(30))
          .until(() -> checker.check(RedisProcess.token("token")) == Verdict.UNKNOWN);
      assertThat(checker.status()).isEqualTo(FeedStatus.UNFED);
      redis.feed();
      await()
          .atMost(WatermarkPoller.INTERVAL.multipliedBy(30))
          .until(() -> checker.check(RedisProcess.token("token")) == Verdict.LIVE);
    }
  }

  /** Halted, it closes no connection and sends no invalidation. */
  @Test
  void anAnswerIsNotOlderThanItsMaxAge() {
    CheckerOptions options =
        CheckerOptions.builder().nearCacheMaxAge(Duration.ofSeconds(2)).build();
    try (RevocationChecker checker = checker(options)) {
      assertThat(checker.check(RedisProcess.token("token"))).isEqualTo(Verdict.LIVE);
      redis.halt();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> checker.check(RedisProcess.token("token")) == Verdict.UNKNOWN);
    } finally {
      redis.goOn();
    }
  }

  /** The first callers all need the watermark: one reads it, and none queues behind the others. */
  @Test
  void aRedisThatIsHaltedAtTheAppsStartCostsOneTimeOut() throws Exception {
    try (RevocationChecker checker = checker(CheckerOptions.failClosed())) {
      redis.halt();
      long began = System.nanoTime();
      RevocationCheckerIT.inParallel(
          50,
          () -> assertThat(checker.check(RedisProcess.token("token"))).isEqualTo(Verdict.UNKNOWN));
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(Duration.ofMillis(250), Duration.ofSeconds(10));
    } finally {
      redis.goOn();
    }
  }

  /** Until the watch notices, the old watermark goes with what an emptied Redis answers. */
  @Test
  void whatAnEmptiedRedisSaidIsNotRemembered() {
    Instant longAgo = Instant.now().minusSeconds(800);
    redis.revoke("bad");
    try (RevocationChecker checker =
        checker(CheckerOptions.boundedStaleness(Duration.ofSeconds(60)))) {
      assertThat(checker.check(RedisProcess.token("good", longAgo))).isEqualTo(Verdict.LIVE);
      long readings = redis.calls("mget");
      await().until(() -> redis.calls("mget") >= readings + 2);
      try (Jedis jedis = redis.connect()) {
        jedis.flushAll();
      }
      assertThat(checker.check(RedisProcess.token("bad", longAgo)))
          .as("VALID unless it has been noticed already")
          .isIn(Verdict.LIVE, Verdict.UNKNOWN);
      await()
          .atMost(WatermarkPoller.INTERVAL.multipliedBy(30))
          .until(() -> checker.check(RedisProcess.token("good", longAgo)) == Verdict.LIVE_STALE);
      assertThat(checker.check(RedisProcess.token("bad", longAgo))).isEqualTo(Verdict.UNKNOWN);
    }
  }
}

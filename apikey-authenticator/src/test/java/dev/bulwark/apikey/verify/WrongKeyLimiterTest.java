package dev.bulwark.apikey.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.bulwark.limit.LocalLimiter;
import dev.bulwark.limit.RedisLimiter;
import dev.bulwark.limit.SharedLimiter;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** K5: wrong keys are limited per address, at all nodes together. */
class WrongKeyLimiterTest {

  private static final String REALM = "realm-1";

  private final AtomicLong clock = new AtomicLong();
  private final RedisProcess redis = RedisProcess.start();
  private final UnifiedJedis client =
      RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build();

  @AfterEach
  void end() {
    client.close();
    redis.close();
  }

  private WrongKeyLimiter node(int limit) {
    Ticker ticker = clock::get;
    return new WrongKeyLimiter(
        limit,
        new SharedLimiter(
            "Wrong API keys",
            new LocalLimiter(1_000, ticker),
            new RedisLimiter(new TestRedis(client, ""))));
  }

  @Test
  void twoNodesCountTogether() {
    WrongKeyLimiter one = node(4);
    WrongKeyLimiter two = node(4);
    for (int i = 0; i < 4; i++) {
      WrongKeyLimiter node = i % 2 == 0 ? one : two;
      assertThat(node.retryAfterSeconds(REALM, "192.0.2.1")).isZero();
      assertThat(node.wrong(REALM, "192.0.2.1")).isZero();
    }
    assertThat(two.wrong(REALM, "192.0.2.1")).isBetween(1L, 60L);
    assertThat(two.retryAfterSeconds(REALM, "192.0.2.1")).isBetween(1L, 60L);
    assertThat(two.retryAfterSeconds(REALM, "::ffff:192.0.2.1")).as("the same").isPositive();
    assertThat(two.retryAfterSeconds(REALM, "192.0.2.2")).isZero();
    assertThat(two.retryAfterSeconds("realm-2", "192.0.2.1")).isZero();
  }

  @Test
  void withoutRedisEachCountsForItself() {
    redis.close();
    WrongKeyLimiter limiter = node(3);
    for (int i = 0; i < 3; i++) {
      assertThat(limiter.wrong(REALM, "2001:db8::1")).isZero();
    }
    assertThat(limiter.isAlone()).isTrue();
    assertThat(limiter.wrong(REALM, "2001:db8::2")).as("the same /64").isEqualTo(60);
    assertThat(limiter.retryAfterSeconds(REALM, "2001:db8::1")).isEqualTo(60);
    clock.addAndGet(Duration.ofSeconds(60).toNanos());
    assertThat(limiter.retryAfterSeconds(REALM, "2001:db8::1")).isZero();
  }

  /** A tunnel broker gives a /48, which has 65,536 networks, to anybody. */
  @Test
  void aSiteOfManyNetworksHasTenTimesAsMany() {
    WrongKeyLimiter one = node(2);
    WrongKeyLimiter two = node(2);
    for (int i = 0; i < 20; i++) {
      String address = "2001:db8:1:" + Integer.toHexString(i) + "::1";
      assertThat((i % 2 == 0 ? one : two).wrong(REALM, address)).isZero();
    }
    assertThat(two.wrong(REALM, "2001:db8:1:ff::1")).isBetween(1L, 60L);
    assertThat(two.retryAfterSeconds(REALM, "2001:db8:1:abcd::1")).isPositive();
    assertThat(two.retryAfterSeconds(REALM, "2001:db8:2::1")).isZero();
  }

  @Test
  void zeroIsNoLimit() {
    WrongKeyLimiter limiter = node(0);
    for (int i = 0; i < 100; i++) {
      assertThat(limiter.wrong(REALM, "192.0.2.1")).isZero();
    }
    assertThat(limiter.retryAfterSeconds(REALM, "192.0.2.1")).isZero();
  }
}

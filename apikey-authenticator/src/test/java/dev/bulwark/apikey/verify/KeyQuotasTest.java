package dev.bulwark.apikey.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.apikey.verify.Verification.Reason;
import dev.bulwark.limit.quota.LocalQuotas;
import dev.bulwark.limit.quota.QuotaLimiter;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** K8: a rejected key is stored as an event once a minute, by all nodes together. */
class KeyQuotasTest {

  private static final String REALM = "realm-1";
  private static final String KEY = "5b9ffb3a-6a8c-4ff2-9f0f-1d1b4c1f0a11";

  private final AtomicLong clock = new AtomicLong();
  private final RedisProcess redis = RedisProcess.start();
  private final UnifiedJedis client =
      RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build();

  @AfterEach
  void end() {
    client.close();
    redis.close();
  }

  private KeyQuotas node() {
    return new KeyQuotas(
        new QuotaLimiter(
            "Requests with API keys",
            new LocalQuotas(1_000, clock::get),
            new TestRedis(client, "")));
  }

  @Test
  void theFirstRejectionForEachReasonAtAnyNode() {
    KeyQuotas one = node();
    KeyQuotas two = node();
    assertThat(one.isFirstRejection(REALM, KEY, Reason.EXPIRED, "192.0.2.1")).isTrue();
    assertThat(one.isFirstRejection(REALM, KEY, Reason.EXPIRED, "192.0.2.1")).isFalse();
    assertThat(two.isFirstRejection(REALM, KEY, Reason.EXPIRED, "192.0.2.2")).isFalse();
    assertThat(two.isFirstRejection(REALM, KEY, Reason.INACTIVE, "192.0.2.2")).isTrue();
    assertThat(two.isFirstRejection(REALM, "other", Reason.EXPIRED, null)).isTrue();
    assertThat(two.isFirstRejection("realm-2", KEY, Reason.EXPIRED, null)).isTrue();
  }

  /** Each address from which a stolen key is used is of interest. */
  @Test
  void anAddressThatIsNotAllowedIsAReasonOfItsOwn() {
    KeyQuotas node = node();
    for (String address : new String[] {"192.0.2.1", "192.0.2.2"}) {
      assertThat(node.isFirstRejection(REALM, KEY, Reason.NETWORK_NOT_ALLOWED, address)).isTrue();
      assertThat(node.isFirstRejection(REALM, KEY, Reason.NETWORK_NOT_ALLOWED, address)).isFalse();
    }
  }

  @Test
  void withoutRedisEachNodeCountsForItself() {
    redis.close();
    KeyQuotas node = node();
    assertThat(node.isFirstRejection(REALM, KEY, Reason.EXPIRED, null)).isTrue();
    assertThat(node.isFirstRejection(REALM, KEY, Reason.EXPIRED, null)).isFalse();
    clock.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(node.isFirstRejection(REALM, KEY, Reason.EXPIRED, null)).isTrue();
  }
}

package dev.bulwark.limit.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.limit.LimitKeys;
import dev.bulwark.redis.process.RedisClusterGroup;
import dev.bulwark.redis.process.RedisKind;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;

/** K10: the script of quotas, in a real Redis, Valkey and cluster. */
class QuotaLimiterTest {

  private static final LimitKeys KEYS = new LimitKeys("realm-1");
  private static final String KEY = KEYS.ofApiKeyRequests("key-1");
  private static final Quota FIVE = new Quota(5, Duration.ofMinutes(1));

  @ParameterizedTest
  @EnumSource(RedisKind.class)
  void twoNodesCountTogether(RedisKind kind) {
    try (RedisProcess redis = RedisProcess.of(kind).start();
        UnifiedJedis client = client(redis)) {
      assertTogether(node(client), node(client));
      assertThat(redis.admin("KEYS", "*").lines())
          .allMatch(key -> key.startsWith("limit:{realm-1:key-"));
    }
  }

  @Test
  void theKeysOfARealmSpreadOverACluster() {
    try (RedisClusterGroup group = RedisClusterGroup.start(RedisKind.REDIS);
        UnifiedJedis client =
            RedisClusterClient.builder()
                .nodes(Set.of(new HostAndPort("127.0.0.1", group.nodes().get(0).port())))
                .build()) {
      assertTogether(node(client), node(client));
    }
  }

  private static void assertTogether(QuotaLimiter one, QuotaLimiter two) {
    for (int i = 0; i < 5; i++) {
      QuotaDecision decision = (i % 2 == 0 ? one : two).take(KEY, FIVE);
      assertThat(decision.granted()).isTrue();
      assertThat(decision.remaining()).isEqualTo(4 - i);
      assertThat(decision.resetMillis()).isBetween(30_000L, 60_000L);
    }
    QuotaDecision sixth = two.take(KEY, FIVE);
    assertThat(sixth.granted()).isFalse();
    assertThat(sixth.first()).isTrue();
    assertThat(sixth.resetMillis()).isBetween(30_000L, 60_000L);
    assertThat(one.take(KEY, FIVE).first()).isFalse();
    // More is allowed from now on: what was used counts, what was rejected does not.
    assertThat(one.take(KEY, new Quota(7, Duration.ofMinutes(1))).remaining()).isEqualTo(1);
    assertThat(two.take(KEYS.ofApiKeyRequests("key-2"), FIVE).remaining()).isEqualTo(4);
    assertThat(two.take(KEYS.ofApiKeyRequests("key-3"), FIVE).remaining()).isEqualTo(4);
  }

  @Test
  void aWindowEnds() {
    try (RedisProcess redis = RedisProcess.start();
        UnifiedJedis client = client(redis)) {
      QuotaLimiter node = node(client);
      Quota one = new Quota(1, Duration.ofSeconds(1));
      assertThat(node.take(KEY, one).granted()).isTrue();
      assertThat(node.take(KEY, one).granted()).isFalse();
      await().until(() -> node.take(KEY, one).granted());
      await().until(() -> redis.admin("KEYS", "*").isBlank());
    }
  }

  @Test
  void manyAtOnceGetNoMoreThanTheQuota() throws Exception {
    try (RedisProcess redis = RedisProcess.start();
        UnifiedJedis client = client(redis)) {
      List<QuotaLimiter> nodes = List.of(node(client), node(client));
      ExecutorService pool = Executors.newFixedThreadPool(8);
      try {
        Quota hundred = new Quota(100, Duration.ofMinutes(1));
        List<Callable<QuotaDecision>> requests = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
          QuotaLimiter node = nodes.get(i % 2);
          requests.add(() -> node.take(KEY, hundred));
        }
        List<QuotaDecision> decisions = new ArrayList<>();
        for (Future<QuotaDecision> decision : pool.invokeAll(requests)) {
          decisions.add(decision.get());
        }
        assertThat(decisions).filteredOn(QuotaDecision::granted).hasSize(100);
        assertThat(decisions).filteredOn(QuotaDecision::first).hasSize(1);
      } finally {
        pool.shutdown();
      }
    }
  }

  @Test
  void withoutRedisEachNodeContinuesFromTheCountOfAll() {
    try (RedisProcess redis = RedisProcess.start();
        UnifiedJedis client = client(redis)) {
      QuotaLimiter one = node(client);
      QuotaLimiter two = node(client);
      one.take(KEY, FIVE);
      two.take(KEY, FIVE);
      one.take(KEY, FIVE);
      redis.kill();
      // One has seen three, two has seen two.
      assertThat(one.take(KEY, FIVE).remaining()).isEqualTo(1);
      assertThat(two.take(KEY, FIVE).remaining()).isEqualTo(2);
      assertThat(one.isAlone()).isTrue();
      assertThat(one.take(KEY, FIVE).granted()).isTrue();
      assertThat(one.take(KEY, FIVE).granted()).isFalse();
    }
  }

  private static QuotaLimiter node(UnifiedJedis client) {
    return new QuotaLimiter(
        "Requests", new LocalQuotas(1_000, System::nanoTime), new TestRedis(client, ""));
  }

  private static UnifiedJedis client(RedisProcess redis) {
    return RedisClient.builder().hostAndPort(redis.address()).build();
  }
}

package dev.bulwark.revocation.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.redis.process.RedisKind;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** R1, R3: real Redis servers that hide who they are, or whose clock is not Keycloak's. */
class EpochsTest {

  private static final String HIDDEN = "rename-command INFO \"\"\n";
  private static final Duration GRACE = Duration.ofSeconds(60);

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private volatile long offset;

  /** Keycloak's clock. */
  private final InstantSource source = () -> Instant.now().plusMillis(offset);

  private final Clock clock = source.withZone(ZoneOffset.UTC);

  private Epochs epochs(UnifiedJedis client) {
    return new Epochs(new TestRedis(client, ""), new RevocationMetrics(registry, clock), clock);
  }

  private static UnifiedJedis client(RedisProcess redis) {
    return RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build();
  }

  private double gauge(String name) {
    return registry.get("bulwark.revocation." + name).gauge().value();
  }

  @Test
  void aRedisWithoutInfoKeepsItsEpochAndIsReported(@TempDir Path folder) throws IOException {
    Path settings = Files.writeString(folder.resolve("hidden.conf"), HIDDEN);
    try (RedisProcess redis =
            RedisProcess.of(RedisKind.REDIS).set("include", settings.toString()).start();
        UnifiedJedis client = client(redis)) {
      assertUnidentified(client);
    }
  }

  @Test
  void soDoesOneWhoseUserMayNotAskForIt() {
    try (RedisProcess redis = RedisProcess.start();
        UnifiedJedis client = client(redis)) {
      redis.admin("ACL", "SETUSER", "default", "-info", "-time");
      assertUnidentified(client);
    }
  }

  private void assertUnidentified(UnifiedJedis client) {
    Epochs epochs = epochs(client);
    SortedSet<String> first = epochs.check();
    assertThat(first).hasSize(1);
    assertThat(epochs.check()).isEqualTo(first);
    assertThat(gauge("redis.identified")).isZero();
    Watermark watermark = new Watermark(new TestRedis(client, ""));
    watermark.announce("one", true);
    Watermark.Value value = new Watermark.Value("one", first, 1000);
    assertThat(watermark.write(value, Watermark.States.SAME, Duration.ofSeconds(10))).isTrue();
    assertThat(client.pttl("revocation:complete")).isBetween(9_000L, 10_000L);
    client.flushAll();
    assertThat(epochs.check()).doesNotContainAnyElementsOf(first);
  }

  /** Keycloak's clock is behind or ahead, seconds: Redis' is ahead or behind by as much. */
  @ParameterizedTest
  @ValueSource(longs = {-120, -5, 0, 5, 120})
  void aKeyLivesAsLongAsItsTokenWhateverRedisTakesTheTimeToBe(long seconds) {
    offset = seconds * 1000;
    try (RedisProcess redis = RedisProcess.start();
        UnifiedJedis client = client(redis)) {
      epochs(client).check();
      assertThat(gauge("redis.clock.ahead.seconds")).isBetween(-seconds - 0.5, -seconds + 0.5);
      assertThat(gauge("redis.identified")).isEqualTo(1);
      long now = clock.instant().getEpochSecond();
      List<RevokedToken> tokens = List.of(new RevokedToken("a", now + 300));
      RevocationPusher pusher =
          new RevocationPusher(new TestRedis(client, ""), clock, GRACE, new Spans());
      pusher.push(tokens);
      assertThat(client.ttl("revoked:a")).isBetween(350L, 360L);
      client.expire("revoked:a", 10);
      pusher.push(tokens);
      assertThat(client.ttl("revoked:a")).as("lengthened").isBetween(350L, 360L);
    }
  }

  @Test
  void aClockThatIsSetMakesANewEpoch() {
    try (RedisProcess redis = RedisProcess.start();
        UnifiedJedis client = client(redis)) {
      Epochs epochs = epochs(client);
      SortedSet<String> first = epochs.check();
      assertThat(epochs.check()).isEqualTo(first);
      offset = -30_000;
      SortedSet<String> second = epochs.check();
      assertThat(second).doesNotContainAnyElementsOf(first);
      assertThat(epochs.check()).isEqualTo(second);
    }
  }
}

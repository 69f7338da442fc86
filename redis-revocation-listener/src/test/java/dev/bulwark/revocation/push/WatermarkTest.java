package dev.bulwark.revocation.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.redis.process.RedisKind;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.SortedSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** R3, R5: who may write the watermark to a real Redis, and how long it stays. */
class WatermarkTest {

  private static final String COMPLETE = "revocation:complete";
  private static final Duration LIFE = Duration.ofSeconds(10);

  private static RedisProcess redis;
  private static UnifiedJedis client;

  private static final Watermark.States SAME = Watermark.States.SAME;

  private Watermark watermark;
  private Epochs epochs;

  @BeforeAll
  static void start() {
    redis = RedisProcess.of(RedisKind.REDIS).start();
    client = RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build();
  }

  @AfterAll
  static void end() {
    if (client != null) {
      client.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  @BeforeEach
  void empty() {
    redis.flushAll();
    TestRedis connection = new TestRedis(client, "");
    watermark = new Watermark(connection);
    epochs =
        new Epochs(
            connection,
            new RevocationMetrics(new SimpleMeterRegistry(), Clock.systemUTC()),
            Clock.systemUTC());
  }

  private static Watermark.Value value(String leader, SortedSet<String> epochs, long until) {
    return new Watermark.Value(leader, epochs, until);
  }

  @Test
  void theLeaderWritesItForAWhileAndRenewsIt() {
    SortedSet<String> current = epochs.check();
    watermark.announce("one", false);
    assertThat(watermark.write(value("one", current, 1000), SAME, LIFE)).isTrue();
    assertThat(client.get(COMPLETE)).isEqualTo("1000");
    assertThat(client.pttl(COMPLETE)).isBetween(9_000L, 10_000L);
    assertThat(watermark.renew(value("one", current, 1000), LIFE.multipliedBy(2))).isTrue();
    assertThat(client.pttl(COMPLETE)).isBetween(19_000L, 20_000L);
  }

  /** R12: a state is there before the time that goes with it, and goes after its realm. */
  @Test
  void statesOfRealmsAreWrittenWithIt() {
    SortedSet<String> current = epochs.check();
    watermark.announce("one", false);
    write(current, new Watermark.States(Map.of("a", "5 -", "b", "5 -"), true));
    assertThat(client.get("revocation:realm:a")).isEqualTo("5 -");
    write(current, new Watermark.States(Map.of("b", "5 4 jti"), false));
    assertThat(client.get("revocation:realm:a")).isEqualTo("5 -");
    assertThat(client.get("revocation:realm:b")).isEqualTo("5 4 jti");
    write(current, new Watermark.States(Map.of("b", "5 -", "{c}", "5 -"), true));
    assertThat(client.get("revocation:realm:a")).isEqualTo("5 -");
    assertThat(client.pttl("revocation:realm:a")).isBetween(1L, 60_000L);
    assertThat(client.get("revocation:realm:b")).isEqualTo("5 -");
    assertThat(client.get("revocation:realm:{c}")).isEqualTo("5 -");
    write(current, new Watermark.States(Map.of("a", "5 -", "b", "5 -"), true));
    assertThat(client.pttl("revocation:realm:a")).as("the realm is back").isEqualTo(-1);
  }

  /** R12: the leader may not know of the realm yet, or know more about it. */
  @Test
  void aNewRealmHasAStateForAWhileWhichTheLeaderReplaces() {
    SortedSet<String> current = epochs.check();
    watermark.announce("one", false);
    write(current, new Watermark.States(Map.of("held", "5 4"), true));
    watermark.introduce("new", "5 -");
    watermark.introduce("held", "5 -");
    assertThat(client.get("revocation:realm:held")).isEqualTo("5 4");
    write(current, new Watermark.States(Map.of("held", "5 4"), true));
    assertThat(client.get("revocation:realm:new")).isEqualTo("5 -");
    assertThat(client.pttl("revocation:realm:new")).isBetween(1L, 60_000L);
    write(current, new Watermark.States(Map.of("held", "5 4", "new", "5 3"), true));
    assertThat(client.get("revocation:realm:new")).isEqualTo("5 3");
    assertThat(client.pttl("revocation:realm:new")).isEqualTo(-1);
  }

  private void write(SortedSet<String> current, Watermark.States states) {
    assertThat(watermark.write(value("one", current, 1000), states, LIFE)).isTrue();
  }

  /** A node that was halted for longer than its lease goes on with what it knew before. */
  @Test
  void aLeaderWhichAnotherHasReplacedWritesNothing() {
    SortedSet<String> current = epochs.check();
    watermark.announce("one", false);
    watermark.announce("two", false);
    assertThat(watermark.write(value("one", current, 1000), SAME, LIFE)).isFalse();
    assertThat(client.exists(COMPLETE)).isFalse();
    assertThat(watermark.write(value("two", current, 2000), SAME, LIFE)).isTrue();
  }

  @Test
  void aRenewalDoesNotBringBackWhatHasGoneOrWasWithdrawn() {
    SortedSet<String> current = epochs.check();
    watermark.announce("one", false);
    watermark.write(value("one", current, 1000), SAME, Duration.ofMillis(50));
    await().until(() -> !client.exists(COMPLETE));
    assertThat(watermark.renew(value("one", current, 1000), LIFE)).isFalse();
    assertThat(client.exists(COMPLETE)).isFalse();

    watermark.write(value("one", current, 1000), SAME, LIFE);
    watermark.announce("two", true);
    assertThat(watermark.renew(value("one", current, 1000), LIFE)).isFalse();
    assertThat(client.get(COMPLETE)).isEqualTo("0");
  }

  @Test
  void anEmptiedNodeTakesNoneUntilItHasANewEpoch() {
    SortedSet<String> before = epochs.check();
    watermark.announce("one", false);
    redis.flushAll();
    watermark.announce("one", false);
    assertThat(watermark.write(value("one", before, 1000), SAME, LIFE)).isFalse();
    SortedSet<String> current = epochs.check();
    assertThat(watermark.write(value("one", before, 1000), SAME, LIFE)).isFalse();
    assertThat(watermark.write(value("one", current, 1000), SAME, LIFE)).isTrue();
  }

  /** The command is sent while the node is halted, and executed when it goes on. */
  @Test
  void aNodeThatWasHaltedDoesNotGetItLater() {
    SortedSet<String> current = epochs.check();
    watermark.announce("one", false);
    // Questions are answered, writes wait.
    redis.admin("CLIENT", "PAUSE", "900", "WRITE");
    watermark.write(value("one", current, 1000), SAME, Duration.ofMillis(300));
    assertThat(client.exists(COMPLETE)).isFalse();
  }
}

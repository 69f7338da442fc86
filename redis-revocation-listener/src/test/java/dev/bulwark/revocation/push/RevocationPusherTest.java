package dev.bulwark.revocation.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.trace.Spans;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/**
 * R1: whatever a jti holds, a real Redis gets one key for it, byte by byte {@code revoked:} and the
 * jti, and no other command.
 */
class RevocationPusherTest {

  private static final String BYSTANDER = "bystander";
  private static final long LIFE = 300;
  private static final Duration GRACE = Duration.ofSeconds(60);

  private static RedisProcess redis;
  private static UnifiedJedis client;

  @BeforeAll
  static void start() {
    redis = RedisProcess.start();
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
    client.set(BYSTANDER, "untouched");
  }

  static List<String> hostile() {
    return List.of(
        "a\r\nSET stolen 1\r\n",
        "a\r\n*1\r\n$8\r\nFLUSHALL\r\n",
        "\r\n",
        "a stolen 1 EX 1",
        " ",
        "*",
        "by?[a-z]*\\",
        "{bystander}",
        "{}}{",
        "a\u0000FLUSHALL",
        "\u0000",
        "') redis.call('FLUSHALL') --",
        "\"; return redis.call('DEL', KEYS[1])",
        "revoked:",
        "\u202e\u00e9e\u0301",
        Stream.of("\u00fc", "\u20ac", "\ud83d\udd11")
            .collect(Collectors.joining())
            .repeat(64)
            .substring(0, 255));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void oneKeyForEach(String jti) {
    push(List.of(jti), LIFE, "");
    assertHolds(List.of(jti), LIFE, "");
  }

  @Test
  void allInOneGoAndBehindAPrefix() {
    push(hostile(), LIFE, "app1:");
    assertHolds(hostile(), LIFE, "app1:");
  }

  /** The commands of the second push are others: the keys are there already. */
  @Test
  void pushedAgainWithALongerLife() {
    push(hostile(), LIFE, "");
    push(hostile(), 2 * LIFE, "");
    assertHolds(hostile(), 2 * LIFE, "");
    push(hostile(), LIFE, "");
    assertHolds(hostile(), 2 * LIFE, "");
  }

  private static void push(List<String> jtis, long life, String prefix) {
    long expiry = Instant.now().getEpochSecond() + life;
    new RevocationPusher(new TestRedis(client, prefix), Clock.systemUTC(), GRACE, new Spans())
        .push(jtis.stream().map(jti -> new RevokedToken(jti, expiry)).toList());
  }

  private static void assertHolds(List<String> jtis, long life, String prefix) {
    Map<String, String> expected = new TreeMap<>();
    expected.put(hex(BYSTANDER.getBytes(StandardCharsets.US_ASCII)), "untouched");
    jtis.forEach(
        jti ->
            expected.put(hex((prefix + "revoked:" + jti).getBytes(StandardCharsets.UTF_8)), "1"));
    Map<String, String> held = new TreeMap<>();
    try (Jedis jedis = redis.connect()) {
      for (byte[] key : jedis.keys("*".getBytes(StandardCharsets.US_ASCII))) {
        held.put(hex(key), new String(jedis.get(key), StandardCharsets.UTF_8));
        if (!hex(key).equals(hex(BYSTANDER.getBytes(StandardCharsets.US_ASCII)))) {
          assertThat(jedis.ttl(key))
              .isBetween(life + GRACE.toSeconds() - 30, life + GRACE.toSeconds());
        }
      }
    }
    assertThat(held).isEqualTo(expected);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}

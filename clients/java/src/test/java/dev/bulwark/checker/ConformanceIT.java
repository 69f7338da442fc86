package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.checker.spring.ValidatorAt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.security.oauth2.jwt.Jwt;
import redis.clients.jedis.Jedis;

/**
 * C4, R12: the cases that the clients of all languages decide alike, the state of a realm among
 * them; clients/conformance/README.md tells their form.
 */
class ConformanceIT {

  private static final Path FILE = Path.of("..", "conformance", "revocation-cases.json");
  private static final JsonNode SUITE = read();
  private static final long NOW = SUITE.get("now").longValue();
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static RedisProcess redis;
  private static TestCluster cluster;

  private long millis = NOW;
  private final Clock clock =
      ((InstantSource) () -> Instant.ofEpochMilli(millis)).withZone(ZoneOffset.UTC);

  private static JsonNode read() {
    try {
      return new ObjectMapper().readTree(FILE.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeAll
  static void start() {
    redis = RedisProcess.start();
    cluster = TestCluster.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
    redis.close();
  }

  static Stream<Arguments> ofASingleServer() {
    return cases().filter(test -> !test.has("topology")).map(ConformanceIT::named);
  }

  static Stream<Arguments> ofACluster() {
    return cases().filter(test -> test.has("topology")).map(ConformanceIT::named);
  }

  private static Stream<JsonNode> cases() {
    return StreamSupport.stream(SUITE.get("cases").spliterator(), false);
  }

  private static Arguments named(JsonNode test) {
    return Arguments.argumentSet(test.get("name").asText(), test);
  }

  @Test
  void thereAreEnoughCases() {
    assertThat(cases().map(test -> test.get("name").asText()))
        .hasSizeGreaterThanOrEqualTo(40)
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("ofASingleServer")
  void singleServer(JsonNode test) {
    boolean away = false;
    try (RevocationChecker checker = checker(test)) {
      for (JsonNode step : test.get("steps")) {
        if (step.has("redis") && step.get("redis").isNull()) {
          redis.stop();
          away = true;
        } else if (step.has("redis")) {
          fill(step.get("redis"), Stream.of(redis), key -> redis);
        }
        run(checker, step);
      }
    } finally {
      if (away) {
        redis.startAgain();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ofACluster")
  void clusterOfThree(JsonNode test) {
    assertThat(test.get("topology").asText()).isEqualTo("cluster");
    try (RevocationChecker checker = checker(test)) {
      for (JsonNode step : test.get("steps")) {
        if (step.has("redis")) {
          fill(step.get("redis"), cluster.nodes().stream(), cluster::of);
        }
        run(checker, step);
      }
    }
  }

  private RevocationChecker checker(JsonNode test) {
    JedisSettings settings = JedisSettings.defaults();
    JedisAccess access =
        test.has("topology")
            ? JedisAccess.cluster(Set.of(cluster.address()), settings)
            : JedisAccess.standalone("127.0.0.1", redis.port(), settings);
    return new RevocationChecker(access, options(test.path("options")), null, clock);
  }

  private static CheckerOptions options(JsonNode named) {
    CheckerOptions.Builder options = CheckerOptions.builder();
    if (named.has("staleness")) {
      options.staleness(seconds(named.get("staleness")));
    }
    if (named.path("feedMaxAge").isNull()) {
      options.trustRedisBlindly();
    } else if (named.has("feedMaxAge")) {
      options.feedMaxAge(seconds(named.get("feedMaxAge")));
    }
    return options
        .prefix(named.path("prefix").asText(""))
        .retryInterval(Duration.ofMillis(50))
        .build();
  }

  private static Duration seconds(JsonNode number) {
    return Duration.ofSeconds(number.longValue());
  }

  private static void fill(
      JsonNode content, Stream<RedisProcess> servers, Function<String, RedisProcess> owner) {
    servers.forEach(
        server -> {
          try (Jedis jedis = server.connect()) {
            jedis.flushAll();
          }
        });
    content
        .fields()
        .forEachRemaining(
            entry -> {
              JsonNode value = entry.getValue();
              try (Jedis jedis = owner.apply(entry.getKey()).connect()) {
                jedis.set(entry.getKey(), text(value));
              }
            });
  }

  private static String text(JsonNode value) {
    if (value.isArray()) {
      return StreamSupport.stream(value.spliterator(), false)
          .map(ConformanceIT::text)
          .collect(Collectors.joining(" "));
    }
    return value.isTextual() ? value.textValue() : "" + (NOW + value.longValue());
  }

  private void run(RevocationChecker checker, JsonNode step) {
    millis = NOW + step.path("later").asLong(0);
    String verdict = step.get("verdict").asText();
    if (step.path("eventually").asBoolean()) {
      await().atMost(PATIENCE).until(() -> verdict(checker, step.get("token")).equals(verdict));
    }
    assertThat(verdict(checker, step.get("token"))).as(step.toString()).isEqualTo(verdict);
  }

  /** By the validator, which sees {@code exp}; what it accepts, the checker tells exactly. */
  private String verdict(RevocationChecker checker, JsonNode token) {
    Instant issuedAt = time(token.get("iat"));
    String jti = token.path("jti").textValue();
    Jwt.Builder jwt =
        Jwt.withTokenValue("token").header("alg", "RS256").claim("typ", "Bearer").subject("alice");
    if (jti != null) {
      jwt.jti(jti);
    }
    String issuer = token.has("iss") ? token.get("iss").textValue() : SUITE.get("issuer").asText();
    if (issuer != null) {
      jwt.issuer(issuer);
    }
    if (issuedAt != null) {
      jwt.issuedAt(issuedAt);
    }
    Instant expiry = time(token.get("exp"));
    if (expiry != null) {
      jwt.expiresAt(expiry);
    }
    return ValidatorAt.problem(checker, clock, jwt.build())
        .orElseGet(() -> accepted(checker.check(new TokenRef(jti, issuer, issuedAt))));
  }

  private static String accepted(Verdict answer) {
    return switch (answer) {
      case LIVE -> "live";
      case LIVE_STALE -> "live-stale";
      default -> throw new AssertionError("the validator accepted it, the checker says " + answer);
    };
  }

  private static @Nullable Instant time(@Nullable JsonNode seconds) {
    return seconds == null ? null : Instant.ofEpochMilli(NOW + seconds.longValue() * 1000);
  }
}

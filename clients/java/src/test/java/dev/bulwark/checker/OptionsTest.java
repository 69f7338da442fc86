package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.util.JedisClusterCRC16;

class OptionsTest {

  static Stream<Arguments> unusable() {
    CheckerOptions options = CheckerOptions.failClosed();
    JedisSettings settings = JedisSettings.defaults();
    Duration year = Duration.ofDays(365);
    return Stream.of(
        row("prefix", () -> options.toBuilder().prefix("a b").build()),
        row("prefix", () -> options.toBuilder().prefix("a".repeat(65)).build()),
        row("feedMaxAge", () -> options.toBuilder().feedMaxAge(Duration.ofSeconds(2)).build()),
        row("feedMaxAge", () -> options.toBuilder().feedMaxAge(year).build()),
        row("staleness", () -> CheckerOptions.boundedStaleness(Duration.ZERO)),
        row("staleness", () -> CheckerOptions.boundedStaleness(year)),
        row(
            "staleness",
            () ->
                CheckerOptions.builder()
                    .staleness(Duration.ofMinutes(1))
                    .trustRedisBlindly()
                    .build()),
        row("rememberedTokens", () -> options.toBuilder().rememberedTokens(0).build()),
        row("retryInterval", () -> options.toBuilder().retryInterval(Duration.ZERO).build()),
        row("nearCacheMaxAge", () -> options.toBuilder().nearCacheMaxAge(year).build()),
        row("database", () -> settings.toBuilder().database(-1).build()),
        row(
            "database",
            () -> JedisAccess.cluster(Set.of(), settings.toBuilder().database(1).build())),
        row(
            "connectTimeout",
            () ->
                settings.toBuilder()
                    .connectTimeout(Duration.ZERO)
                    .commandTimeout(Duration.ofSeconds(1))
                    .build()),
        row(
            "commandTimeout",
            () ->
                settings.toBuilder()
                    .connectTimeout(Duration.ofSeconds(1))
                    .commandTimeout(year)
                    .build()),
        row(
            "poolSize",
            () -> settings.toBuilder().poolSize(0).poolWait(Duration.ofSeconds(1)).build()),
        row("poolWait", () -> settings.toBuilder().poolSize(1).poolWait(Duration.ZERO).build()),
        row("nearCacheSize", () -> settings.toBuilder().nearCacheSize(-1).build()),
        row(
            "nearCacheMaxAge",
            () ->
                new RevocationChecker(
                    JedisAccess.standalone(
                        "localhost", 6379, settings.toBuilder().nearCacheSize(10).build()),
                    options.toBuilder()
                        .feedMaxAge(Duration.ofSeconds(5))
                        .nearCacheMaxAge(Duration.ofSeconds(5))
                        .build())));
  }

  private static Arguments row(String option, Supplier<Object> use) {
    return Arguments.of(option, use);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unusable")
  void theMessageNamesTheOption(String option, Supplier<Object> use) {
    assertThatIllegalArgumentException().isThrownBy(use::get).withMessageStartingWith(option);
  }

  @Test
  void aPasswordIsNotPrinted() {
    assertThat(JedisSettings.builder().credentials("app", "correct-horse").build())
        .asString()
        .contains("app")
        .doesNotContain("correct-horse");
  }

  @Test
  void theWatermarkOfAPrimaryIsInItsSlot() {
    Keys keys = new Keys("kc:");
    for (int slot : new int[] {0, 1, 5461, 10923, 16383}) {
      assertThat(JedisClusterCRC16.getSlot(keys.complete(slot))).isEqualTo(slot);
    }
    assertThat(keys.complete()).isEqualTo("kc:revocation:complete");
    assertThat(keys.revoked("onrtac:1")).isEqualTo("kc:revoked:onrtac:1");
  }

  @Test
  void aWatermarkThatIsNoNumberSaysNothing() {
    assertThat(RedisAnswer.time("1764030000000")).isEqualTo(1764030000000L);
    assertThat(RedisAnswer.time("soon")).isEqualTo(RedisAnswer.NEVER);
    assertThat(RedisAnswer.time(null)).isEqualTo(RedisAnswer.NEVER);
  }

  @Test
  void addressesAreTakenAsTheyAre() {
    // Nothing is contacted before the first check.
    try (JedisAccess access =
        JedisAccess.cluster(
            Set.of(new HostAndPort("no-such-host.invalid", 1)), JedisSettings.defaults())) {
      assertThat(access.isClustered()).isTrue();
    }
  }
}

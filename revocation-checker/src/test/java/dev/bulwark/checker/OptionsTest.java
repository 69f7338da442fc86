package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
    RedisSettings settings = RedisSettings.defaults();
    Duration year = Duration.ofDays(365);
    return Stream.of(
        row("prefix", () -> options.withPrefix("a b")),
        row("prefix", () -> options.withPrefix("a".repeat(65))),
        row("feedMaxAge", () -> options.withFeedMaxAge(Duration.ofSeconds(2))),
        row("feedMaxAge", () -> options.withFeedMaxAge(year)),
        row("staleness", () -> CheckerOptions.boundedStaleness(Duration.ZERO)),
        row("staleness", () -> CheckerOptions.boundedStaleness(year)),
        row(
            "staleness",
            () -> CheckerOptions.boundedStaleness(Duration.ofMinutes(1)).withFeedMaxAge(null)),
        row("rememberedTokens", () -> options.withRememberedTokens(0)),
        row("retryInterval", () -> options.withRetryInterval(Duration.ZERO)),
        row("nearCacheMaxAge", () -> options.withNearCacheMaxAge(year)),
        row("database", () -> settings.withDatabase(-1)),
        row("database", () -> RedisAccess.cluster(Set.of(), settings.withDatabase(1))),
        row("connectTimeout", () -> settings.withTimeouts(Duration.ZERO, Duration.ofSeconds(1))),
        row("commandTimeout", () -> settings.withTimeouts(Duration.ofSeconds(1), year)),
        row("poolSize", () -> settings.withPool(0, Duration.ofSeconds(1))),
        row("poolWait", () -> settings.withPool(1, Duration.ZERO)),
        row("nearCacheSize", () -> settings.withNearCache(-1)),
        row(
            "nearCacheMaxAge",
            () ->
                new RevocationChecker(
                    RedisAccess.standalone("localhost", 6379, settings.withNearCache(10)),
                    options
                        .withFeedMaxAge(Duration.ofSeconds(5))
                        .withNearCacheMaxAge(Duration.ofSeconds(5)))));
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
    assertThat(RedisSettings.defaults().withCredentials("app", "correct-horse"))
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
    assertThat(Reading.completeUntil("1764030000000")).isEqualTo(1764030000000L);
    assertThat(Reading.completeUntil("soon")).isEqualTo(Reading.NEVER);
    assertThat(Reading.completeUntil(null)).isEqualTo(Reading.NEVER);
  }

  @Test
  void addressesAreTakenAsTheyAre() {
    // Nothing is contacted before the first check.
    try (RedisAccess access =
        RedisAccess.cluster(
            Set.of(new HostAndPort("no-such-host.invalid", 1)), RedisSettings.defaults())) {
      assertThat(access.isClustered()).isTrue();
    }
  }
}

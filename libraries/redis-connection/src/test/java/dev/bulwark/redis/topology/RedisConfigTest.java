package dev.bulwark.redis.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.testing.MapScope;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.provider.ProviderConfigProperty;

class RedisConfigTest {

  @Test
  void defaults() {
    RedisConfig config = RedisConfig.from(MapScope.of());
    assertThat(config.url()).isEmpty();
    assertThat(config.prefix()).isEmpty();
    assertThat(config.commandTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.tlsVerifyHostname()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "connect-timeout, 9, 10..60000 ms",
    "command-timeout, 60001, 10..60000 ms",
    "pool-size, 0, 1..1024",
    "pool-wait, 0, 1..60000 ms",
    "probe-interval, 49, 50..60000 ms",
    "pool-size, 1025, 1..1024",
    "pool-size, many, 1..1024",
    "tls-verify-hostname, yes, true or false",
    "prefix, with space, printable ASCII",
    "prefix, {app}:, { and }"
  })
  void aBadValueNamesTheOptionAndTheRange(String option, String value, String range) {
    assertThatThrownBy(() -> RedisConfig.from(MapScope.of(option, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spi-redis-connection--default--" + option)
        .hasMessageContaining(range);
  }

  @Test
  void secretsAreNotShown() {
    RedisConfig config =
        RedisConfig.from(
            MapScope.of(
                "url",
                "redis://u:in-url@host",
                "password",
                "s3cret",
                "sentinel-password",
                "s4cret"));
    assertThat(config.toString()).doesNotContain("in-url", "s3cret", "s4cret");
  }

  @Test
  void everyOptionIsDescribed() {
    List<ProviderConfigProperty> options = RedisConfig.metadata();
    assertThat(options).hasSize(RedisConfig.class.getRecordComponents().length);
    assertThat(options).allSatisfy(option -> assertThat(option.getHelpText()).isNotBlank());
  }
}

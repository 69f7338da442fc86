package dev.bulwark.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.testing.MapScope;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RevocationConfigTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "interval | 99 | 100..10000 ms",
        "reconcile-interval | 60001 | 500..60000 ms",
        "comparison-interval | 999 | 1000..3600000 ms",
        "ledger-timeout | 999 | 1000..30000 ms",
        "push-wait | 10001 | 0..10000 ms",
        "push-wait | soon | 0..10000 ms",
        "expiry-grace | 600001 | 0..600000 ms",
        "refresh-interval | 999 | 1000..3600000 ms",
        "complete-life | 1999 | 2000..3600000 ms"
      },
      quoteCharacter = '`')
  void aBadValueNamesTheOptionAndTheRange(String option, String value, String allowed) {
    assertThatThrownBy(() -> RevocationConfig.from(MapScope.of(option, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Option spi-events-listener--redis-revocation--%s must be %s, is %s",
            option, allowed, value);
  }

  @Test
  void theDefaultsAreThoseOfTheDocumentation() {
    RevocationConfig config = RevocationConfig.from(MapScope.of());
    assertThat(config)
        .isEqualTo(
            new RevocationConfig(
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                Duration.ofMinutes(10),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofMinutes(10),
                false));
  }

  /** The first renewal that fails must leave time for others. */
  @ParameterizedTest
  @CsvSource({"2000, 500", "3000, 750", "4000, 1000", "60000, 1000"})
  void theWatermarkIsRenewedFourTimesInItsLifeAtLeast(String life, int millis) {
    assertThat(RevocationConfig.from(MapScope.of("complete-life", life)).keeperInterval())
        .hasMillis(millis);
  }

  @Test
  void everyOptionIsDescribed() {
    assertThat(RevocationConfig.metadata())
        .hasSize(RevocationConfig.class.getRecordComponents().length)
        .allSatisfy(option -> assertThat(option.getHelpText()).isNotBlank());
  }
}

package dev.bulwark.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.options.MapScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RevocationConfigTest {

  @ParameterizedTest
  @CsvSource({
    "interval, 99, 100 to 10000 ms",
    "comparison-interval, 999, 1000 to 3600000 ms",
    "push-wait, 10001, 0 to 10000 ms",
    "complete-life, 1999, 2000 to 3600000 ms",
    "site, Z rich, letters",
    "site, abcdefghijklmnopqrstuvwxyz0123456, at most 32",
    "push-wait, soon, a whole number"
  })
  void aBadValueNamesTheOptionAndTheRange(String option, String value, String range) {
    assertThatThrownBy(() -> RevocationConfig.from(MapScope.of(option, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spi-events-listener--redis-revocation--" + option)
        .hasMessageContaining(range);
  }

  @Test
  void everyOptionIsDescribed() {
    assertThat(RevocationConfig.metadata())
        .hasSize(RevocationConfig.class.getRecordComponents().length)
        .allSatisfy(option -> assertThat(option.getHelpText()).isNotBlank());
  }
}

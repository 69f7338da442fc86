package dev.bulwark.apikey.key.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In days; made on day 10, now day 50. */
class KeyLifeTest {

  private static final long DAY = 86_400_000;

  @ParameterizedTest
  @CsvSource({
    "0,  ", "90, 100",
  })
  void latestEndOfANewKey(int maxDays, @Nullable Long latest) {
    assertThat(new KeyLife(maxDays).latestEnd(10 * DAY)).isEqualTo(millis(latest));
  }

  @ParameterizedTest
  @CsvSource({
    "0,  60,  ",
    "0,  ,    ",
    "90, 60,  100",
    "90, 100, 100",
    "90, 400, 400",
    "90, ,    ",
    "20, 60,  60",
    "20, 20,  30",
  })
  void latestEndOfAnOlderKey(int maxDays, @Nullable Long end, @Nullable Long latest) {
    assertThat(new KeyLife(maxDays).latestEnd(10 * DAY, millis(end))).isEqualTo(millis(latest));
  }

  @ParameterizedTest
  @CsvSource({
    "0,  60,  60",
    "0,  ,    ",
    "90, 60,  60",
    "90, 400, 140",
    "90, ,    140",
  })
  void endOfASuccessor(int maxDays, @Nullable Long end, @Nullable Long expected) {
    assertThat(new KeyLife(maxDays).successorEnd(50 * DAY, millis(end)))
        .isEqualTo(millis(expected));
  }

  private static @Nullable Long millis(@Nullable Long days) {
    return days == null ? null : Long.valueOf(days * DAY);
  }
}

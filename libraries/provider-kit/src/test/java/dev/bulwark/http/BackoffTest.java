package dev.bulwark.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {

  private static final Backoff LEAST =
      new Backoff(Duration.ofMinutes(1), Backoff.MAX_ASKED, () -> 0);
  private static final Backoff MOST = new Backoff(Duration.ofMinutes(1), Backoff.MAX_ASKED);

  @Test
  void doublesUpToTheLongest() {
    assertThat(MOST.after(0, null)).isEqualTo(Duration.ofSeconds(1));
    assertThat(MOST.after(1, null)).isEqualTo(Duration.ofSeconds(2));
    assertThat(MOST.after(5, null)).isEqualTo(Duration.ofSeconds(32));
    assertThat(MOST.after(6, null)).isEqualTo(Duration.ofMinutes(1));
    assertThat(MOST.after(Integer.MAX_VALUE, null)).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void aQuarterOfItIsRandom() {
    assertThat(LEAST.after(0, null)).isEqualTo(Duration.ofMillis(750));
    assertThat(LEAST.after(9, null)).isEqualTo(Duration.ofSeconds(45));
  }

  @Test
  void whatTheReceiverAsksForCountsWhereItIsLonger() {
    assertThat(MOST.after(0, Duration.ofMinutes(2))).isEqualTo(Duration.ofMinutes(2));
    assertThat(MOST.after(6, Duration.ofSeconds(2))).isEqualTo(Duration.ofMinutes(1));
    assertThat(MOST.after(0, Duration.ofDays(9))).isEqualTo(Duration.ofMinutes(10));
    assertThat(MOST.longer(Duration.ofSeconds(30), null)).isEqualTo(Duration.ofSeconds(30));
    assertThat(MOST.longer(Duration.ofSeconds(30), Duration.ofSeconds(31)))
        .isEqualTo(Duration.ofSeconds(31));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "120, 120", "999999, 999999", "1000000,", "-1,", "1.5,", "'',", ","})
  void onlySecondsAreRead(@Nullable String retryAfter, @Nullable Long seconds) {
    assertThat(Backoff.asked(retryAfter))
        .isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
  }
}

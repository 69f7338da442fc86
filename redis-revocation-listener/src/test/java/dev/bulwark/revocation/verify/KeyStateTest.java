package dev.bulwark.revocation.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** At 2,000,000,000 seconds, for a token that was issued 100 seconds before. */
class KeyStateTest {

  private static final long NOW = 2_000_000_000_000L;
  private static final long ISSUED = 1_999_999_900;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "| false",
        "'' | true",
        "{} | true",
        "{\"active\":true} | true",
        "{\"active\":false} | false",
        "{\"expiresAt\":2000000000001} | true",
        "{\"expiresAt\":2000000000000} | false",
        "{\"expiresAt\":null} | true",
        "{\"expiresAt\":\"2033-05-18T03:33:20.001Z\"} | true",
        "{\"expiresAt\":\"2033-05-18T03:33:20Z\"} | false",
        "{\"graceUntil\":2000000000001} | true",
        "{\"graceUntil\":1999999999999} | false",
        "{\"tokensFrom\":1999999900} | true",
        "{\"tokensFrom\":1999999901} | false",
        "{\"active\":true,\"tokensFrom\":1999999901,\"expiresAt\":3000000000000} | false"
      })
  void whatIsStoredDecides(@Nullable String data, boolean honoured) {
    assertThat(KeyState.isStillValid(data, ISSUED, NOW)).isEqualTo(honoured);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"expiresAt\":\"soon\"}"})
  void whatCannotBeReadIsUndecided(String data) {
    assertThatThrownBy(() -> KeyState.isStillValid(data, ISSUED, NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

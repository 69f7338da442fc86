package dev.bulwark.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.bulwark.testing.MapScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P5: the options; above all, to where a password may go. */
class LegacyLoginConfigTest {

  private static final String URL = "https://old.example.org/internal/check-password";

  @Test
  void withoutAnUrlThereIsNone() {
    assertThat(LegacyLoginConfig.of(MapScope.of("secret", "abc"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        URL,
        "https://10.0.0.7:8443/check",
        "http://localhost:8000/check",
        "http://127.0.0.1:8000/check",
        "http://[::1]:8000/check"
      })
  void goodUrls(String url) {
    assertThat(LegacyLoginConfig.of(MapScope.of("url", url)))
        .hasValueSatisfying(config -> assertThat(config.endpoint().url()).hasToString(url));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://old.example.org/check",
        "http://10.0.0.7/check",
        "http://localhost.example.org/check",
        "http://127.0.0.1.example.org/check",
        "http://127.0.0.1@old.example.org/check",
        "https://user:password@old.example.org/check",
        "https://old.example.org/check?user=a",
        "https://old.example.org/check#a",
        "https:///check",
        "ftp://old.example.org/check",
        "file:///etc/passwd",
        "old.example.org/check",
        "https://old example.org/"
      })
  void badUrls(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LegacyLoginConfig.of(MapScope.of("url", url)))
        .withMessageContaining("spi-credential--legacy-login--url")
        .withMessageNotContaining("user:password");
  }

  @ParameterizedTest
  @CsvSource({
    "accepted-by,''''",
    "accepted-by,'a,,b'",
    "accepted-by,'a b'",
    "rejected-status,200",
    "rejected-status,'401,302'",
    "rejected-status,x",
    "username-field,'a\"b'",
    "body,xml",
    "max-concurrent,0",
    "request-timeout,30001",
    "breaker-pause,0"
  })
  void badValues(String option, String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LegacyLoginConfig.of(scope(option, value)))
        .withMessageContaining("spi-credential--legacy-login--" + option);
  }

  @Test
  void theSecretIsShownNowhere() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LegacyLoginConfig.of(scope("secret", "two words\r\nX: y")))
        .withMessageContaining("secret")
        .withMessageNotContaining("two words");
    assertThat(LegacyLoginConfig.of(scope("secret", "not-for-a-log")))
        .hasValueSatisfying(
            config -> {
              assertThat(config.endpoint().secret()).contains("not-for-a-log");
              assertThat(config.toString()).doesNotContain("not-for-a-log");
            });
  }

  @Test
  void lists() {
    assertThat(LegacyLoginConfig.of(scope("accepted-by", "access_token, totp_required")))
        .hasValueSatisfying(
            config ->
                assertThat(config.endpoint().answer().acceptedBy())
                    .containsExactlyInAnyOrder("access_token", "totp_required"));
    assertThat(LegacyLoginConfig.of(scope("rejected-status", "400, 401")))
        .hasValueSatisfying(
            config ->
                assertThat(config.endpoint().answer().rejectedStatus())
                    .containsExactlyInAnyOrder(400, 401));
  }

  private static MapScope scope(String option, String value) {
    return MapScope.of("url", URL, option, value);
  }
}

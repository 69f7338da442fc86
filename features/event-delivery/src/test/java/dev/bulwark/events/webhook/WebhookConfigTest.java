package dev.bulwark.events.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.bulwark.testing.MapScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.events.EventType;

class WebhookConfigTest {

  private static final String URL = "https://siem.example.org/in";
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  @Test
  void withoutAUrlThereIsNoReceiver() {
    assertThat(WebhookConfig.of(MapScope.of("secret", SECRET))).isEmpty();
  }

  @Test
  void aReceiverNeedsASecret() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WebhookConfig.of(MapScope.of("url", URL)))
        .withMessageContaining("spi-events-listener--bulwark-webhook--secret must be set");
  }

  @Test
  void bothSecretsSign() {
    assertThat(with("previous-secret", SECRET).signatures()).hasSize(2);
  }

  @Test
  void whatKeycloakSavesIsDeliveredUnlessToldOtherwise() {
    assertThat(with("events", "").userEvents())
        .contains(EventType.LOGIN, EventType.LOGOUT, EventType.UPDATE_CREDENTIAL)
        .doesNotContain(EventType.REFRESH_TOKEN, EventType.INTROSPECT_TOKEN);
    assertThat(with("events", "all").userEvents()).contains(EventType.REFRESH_TOKEN);
    assertThat(with("events", "LOGIN, LOGOUT").userEvents())
        .containsExactlyInAnyOrder(EventType.LOGIN, EventType.LOGOUT);
  }

  @ParameterizedTest
  @CsvSource({
    "url, http://siem.example.org/in, an https URL",
    "url, https://user:pass@siem.example.org/in, an https URL",
    "secret, hunter2, whsec_ and the Base64",
    "events, LOGIN;LOGOUT, event types separated by commas",
    "events, login, event types separated by commas",
    "max-attempts, 0, 1..100",
    "max-age, 59, 60..2592000 s",
    "dead-max-age, 3599, 3600..31536000 s"
  })
  void aWrongValueIsNamed(String option, String value, String allowed) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with(option, value))
        .withMessageContaining("spi-events-listener--bulwark-webhook--" + option)
        .withMessageContaining(allowed)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2", "pass@"));
  }

  private static WebhookConfig with(String option, String value) {
    return WebhookConfig.of(MapScope.of("url", URL, "secret", SECRET, option, value)).orElseThrow();
  }
}

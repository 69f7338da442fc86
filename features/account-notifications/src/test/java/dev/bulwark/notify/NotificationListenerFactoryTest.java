package dev.bulwark.notify;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.testing.MapScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.Config;

/** The option of the listener. */
class NotificationListenerFactoryTest {

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"true", "false", "True", " ", ""})
  void takesTrueAndFalse(@Nullable String value) {
    assertThatCode(() -> new NotificationListenerFactory().init(scope(value)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "0", "never"})
  void refusesAnythingElse(String value) {
    assertThatThrownBy(() -> new NotificationListenerFactory().init(scope(value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Option spi-events-listener--bulwark-notifications--new-device must be true or false, is "
                + value);
  }

  private static Config.Scope scope(@Nullable String newDevice) {
    return newDevice == null ? MapScope.of() : MapScope.of("new-device", newDevice);
  }
}

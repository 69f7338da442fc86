package dev.bulwark.notify;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
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
            "--spi-events-listener--bulwark-notifications--new-device is '"
                + value
                + "', allowed is true or false");
  }

  private static Config.Scope scope(@Nullable String newDevice) {
    return new Config.AbstractScope() {
      @Override
      public @Nullable String get(String key) {
        return key.equals("new-device") ? newDevice : null;
      }

      @Override
      public Config.Scope scope(String... scope) {
        return this;
      }

      @Override
      public Config.Scope root() {
        return this;
      }

      @Override
      @Deprecated
      public Set<String> getPropertyNames() {
        return Set.of("new-device");
      }
    };
  }
}

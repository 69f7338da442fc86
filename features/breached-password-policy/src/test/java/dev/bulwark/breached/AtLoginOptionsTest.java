package dev.bulwark.breached;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.breached.login.AtLoginPolicyFactory;
import dev.bulwark.testing.MapScope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P10: the option of the check at login. */
class AtLoginOptionsTest {

  @ParameterizedTest
  @ValueSource(strings = {"1", "30", "3650", " 7 ", ""})
  void takesDays(String value) {
    assertThatCode(() -> new AtLoginPolicyFactory().init(MapScope.of("notice-days", value)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "3651", "-1", "1.5", "monthly"})
  void refusesAnythingElse(String value) {
    assertThatThrownBy(() -> new AtLoginPolicyFactory().init(MapScope.of("notice-days", value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Option spi-password-policy--breached-password-at-login--notice-days must be 1..3650, is "
                + value);
  }
}

package dev.bulwark.breached.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.policy.PasswordPolicyConfigException;

/** P10: the setting as administrators write it. */
class AtLoginPolicyTest {

  @ParameterizedTest
  @CsvSource({"off,OFF", "warn,WARN", "demand,DEMAND", "' demand ',DEMAND", "'',WARN", ",WARN"})
  void readsTheAction(@Nullable String value, LoginAction action) {
    assertThat(AtLoginPolicy.INSTANCE.parseConfig(value)).isEqualTo(action);
  }

  @ParameterizedTest
  @ValueSource(strings = {"undefined", "Warn", "warn,demand", "1"})
  void refusesAnythingElse(String value) {
    assertThatThrownBy(() -> AtLoginPolicy.INSTANCE.parseConfig(value))
        .isInstanceOf(PasswordPolicyConfigException.class)
        .hasMessage("The action must be off, warn or demand");
  }

  @Test
  void judgesNoNewPassword() {
    assertThat(AtLoginPolicy.INSTANCE.validate("alice", "password")).isNull();
  }
}

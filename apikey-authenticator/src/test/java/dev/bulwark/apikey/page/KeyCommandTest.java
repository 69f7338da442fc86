package dev.bulwark.apikey.page;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.ModelValidationException;

/** K11: what an administrator may set as the command for a new key. */
class KeyCommandTest {

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "curl -H 'X-API-Key: $KEY' $ISSUER", KeyCommand.DEFAULT})
  void noCommandOrOneWithAPlaceForTheKey(String command) {
    assertThatCode(() -> KeyCommand.validate(command)).doesNotThrowAnyException();
  }

  @Test
  void aCommandWithoutTheKeyOrTooLongIsRejected() {
    assertThatThrownBy(() -> KeyCommand.validate("curl https://example.org"))
        .isInstanceOf(ModelValidationException.class)
        .hasMessageContaining("command must contain $KEY");
    assertThatThrownBy(() -> KeyCommand.validate("$KEY".repeat(251)))
        .isInstanceOf(ModelValidationException.class);
  }
}

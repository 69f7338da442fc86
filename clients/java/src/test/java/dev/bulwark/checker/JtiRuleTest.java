package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JtiRuleTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "onrtac:0f7e6a4c-8d11-4a53-9a63-0e0f3cf9a8d1",
        "0f7e6a4c-8d11-4a53-9a63-0e0f3cf9a8d1",
        "a",
        "AZaz09-._~:+/=@"
      })
  void idsOfKeycloakAndOthersAreAllowed(String jti) {
    assertThat(JtiRule.allows(jti)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a b",
        "a\r\nDEL revoked:b",
        "a\nFLUSHALL",
        "a\0b",
        "{tag}",
        "a}",
        "a*",
        "a?",
        "[ab]",
        "a\"b",
        "a'b",
        "a\\b",
        "a$b",
        "a\u007f",
        "\u00e4",
        "\ud83d\ude00",
        "\uff41"
      })
  void nothingElseIs(String jti) {
    assertThat(JtiRule.allows(jti)).isFalse();
  }

  @Test
  void theLengthIsBounded() {
    assertThat(JtiRule.allows("a".repeat(JtiRule.MAX_LENGTH))).isTrue();
    assertThat(JtiRule.allows("a".repeat(JtiRule.MAX_LENGTH + 1))).isFalse();
    assertThat(JtiRule.allows(null)).isFalse();
  }
}

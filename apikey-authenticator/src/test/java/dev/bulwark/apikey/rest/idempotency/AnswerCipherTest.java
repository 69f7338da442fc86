package dev.bulwark.apikey.rest.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswerCipherTest {

  private static final byte[] CONTEXT = "context".getBytes(StandardCharsets.UTF_8);

  private final AnswerCipher cipher = new AnswerCipher("secret", CONTEXT);

  @Test
  void theSenderReadsItAgain() {
    String encrypted = cipher.encrypt("id", "atk_plain");
    assertThat(encrypted)
        .doesNotContain("atk_plain")
        .isNotEqualTo(cipher.encrypt("id", "atk_plain"));
    assertThat(new AnswerCipher("secret", CONTEXT).decrypt("id", encrypted)).isEqualTo("atk_plain");
  }

  @Test
  void othersDoNot() {
    String encrypted = cipher.encrypt("id", "atk_plain");
    assertThatThrownBy(() -> new AnswerCipher("other", CONTEXT).decrypt("id", encrypted))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new AnswerCipher("secret", new byte[1]).decrypt("id", encrypted))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> cipher.decrypt("another id", encrypted))
        .isInstanceOf(IllegalStateException.class);
  }
}

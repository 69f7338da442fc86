package dev.bulwark.notify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShownTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example/reset",
        "log in at www.evil.example",
        "evil.example/reset",
        "mail help@evil.example",
        "two\nlines",
        "right\u202eleft",
        " "
      })
  void whatAMailProgramCouldMakeALinkOfIsLeftOut(String text) {
    assertThat(ShownText.of(text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"CI", "deploy.prod", "Schlüssel für Büro 2.1", "<b>backup</b>"})
  void namesAreShown(String text) {
    assertThat(ShownText.of(text)).isEqualTo(text);
  }

  @Test
  void aLongNameIsCut() {
    assertThat(ShownText.of("n".repeat(101))).hasSize(100).endsWith("n…");
    assertThat(ShownText.of("n".repeat(100))).hasSize(100).endsWith("n");
    assertThat(ShownText.of(null)).isNull();
  }
}

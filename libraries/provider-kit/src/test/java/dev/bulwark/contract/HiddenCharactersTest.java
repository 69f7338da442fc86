package dev.bulwark.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** L5: what turns a name round, or hides in it. */
class HiddenCharactersTest {

  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 0x0a, 0x1b, 0x7f, 0x85, 0xad, 0x61c, 0x200b, 0x200d, 0x200e, 0x2028, 0x2029, 0x202e,
        0x2060, 0x2066, 0xfeff, 0xfffb, 0xd800, 0xdfff, 0xe0041
      })
  void isHidden(int codePoint) {
    String text = "a" + new String(Character.toChars(codePoint)) + "b";
    assertThat(HiddenCharacters.areIn(text)).isTrue();
    assertThat(HiddenCharacters.blankOut(text)).isEqualTo("a b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "nightly build", "Schlüssel für Ölpreise", "מפתח", "مفتاح", "鍵", "🔑"})
  void isSeen(String text) {
    assertThat(HiddenCharacters.areIn(text)).isFalse();
    assertThat(HiddenCharacters.blankOut(text)).isEqualTo(text);
  }

  /** N5: a row of a page or a mail that seems to have no name. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\u00a0",
        "\u3164",
        "\u115f\u1160",
        "\uffa0",
        "\u2800",
        "\u17b4",
        "\u0301",
        "\ufe0f",
        "\u034f",
        "\u2065",
        "\ud834\udd59",
        "\u2800 \u200b\u3164"
      })
  void showsNothing(String text) {
    assertThat(HiddenCharacters.areAllOf(text)).isTrue();
    assertThat(HiddenCharacters.areAllOf(text + "a\u0301")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "1", "-", "$", "鍵", "🔑", "\u3164x", "한", "⠁"})
  void showsSomething(String text) {
    assertThat(HiddenCharacters.areAllOf(text)).isFalse();
  }
}

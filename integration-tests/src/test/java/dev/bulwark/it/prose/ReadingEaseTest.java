package dev.bulwark.it.prose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadingEaseTest {

  @ParameterizedTest
  @CsvSource({
    "the, 1",
    "time, 1",
    "names, 1",
    "revoked, 2",
    "created, 3",
    "passes, 2",
    "table, 2",
    "client, 2",
    "token, 2",
    "database, 3",
    "running, 2",
    "radio, 3",
    "revocation, 4",
    "application, 4",
    "authentication, 5",
    "e-mail, 2",
    "TLS, 3",
    "x, 1",
    "26.7, 1"
  })
  void syllablesFollowTheSpelling(String word, int syllables) {
    assertThat(ReadingEase.syllables(word)).isEqualTo(syllables);
  }

  @Test
  void theMeasureIsFleschs() {
    // Six words of one syllable each.
    assertThat(ReadingEase.of(List.of("The cat sat on the mat.")))
        .isCloseTo(206.835 - 1.015 * 6 - 84.6, within(1e-9));
    // Three sentences of two words; nine syllables.
    assertThat(ReadingEase.of(List.of("Token revoked.", "Time passes.", "Names count.")))
        .isCloseTo(206.835 - 1.015 * 2 - 84.6 * 9 / 6, within(1e-9));
  }

  @Test
  void codeDoesNotCount() {
    assertThat(ReadingEase.of(List.of("The cat sat on Code (Code).")))
        .isEqualTo(ReadingEase.of(List.of("The cat sat on.")));
  }

  @Test
  void longWordsAndLongSentencesAreHarder() {
    String easy = "The node writes the row. It then sends the token.";
    double measure = ReadingEase.of(Prose.runningText(easy));
    assertThat(ReadingEase.of(List.of(easy))).isLessThan(measure);
    assertThat(ReadingEase.of(List.of("Administrative authorization configuration.")))
        .isLessThan(0);
  }
}

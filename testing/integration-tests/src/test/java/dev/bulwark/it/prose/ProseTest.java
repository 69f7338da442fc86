package dev.bulwark.it.prose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProseTest {

  private static final String MARKDOWN =
      """
      # A heading. Not a sentence.
      One `a b.c` here. Two
      ends at [the third](a.md#b) line.

          code. Code.
      - **First** item.
        It goes on.
      - What who is rejected gets

      ```sh
      code. Code.
      ```
      | a | b |
      |---|---|
      | cell; list | last. Cell |
      """;

  @Test
  void sentencesAreThoseOfParagraphsItemsAndCells() {
    List<String> sentences = Prose.sentences(MARKDOWN);
    assertThat(sentences)
        .containsExactly(
            "One Code here.",
            "Two ends at the third line.",
            "First item.",
            "It goes on.",
            "What who is rejected gets",
            "a",
            "b",
            "cell",
            "list",
            "last.",
            "Cell");
    assertThat(Prose.words(sentences.get(1))).hasSize(6);
  }

  @Test
  void faultsAreLongSentencesClausesAsSubjectsAndRiddles() {
    assertThat(PlainEnglish.faults(MARKDOWN))
        .singleElement()
        .asString()
        .startsWith("a clause as the subject")
        .endsWith("What who is rejected gets");
    assertThat(PlainEnglish.faults("What happens then? It is laid over the ledger, as ever."))
        .singleElement()
        .asString()
        .startsWith("an old or foreign phrase");
    assertThat(PlainEnglish.faults("Word ".repeat(35) + "ends.")).hasSize(1);
    assertThat(PlainEnglish.faults("Word ".repeat(34) + "ends.")).isEmpty();
  }
}

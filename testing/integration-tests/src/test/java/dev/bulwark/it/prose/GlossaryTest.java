package dev.bulwark.it.prose;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GlossaryTest {

  private static final String MARKDOWN =
      """
      ## Terms
      | term | meaning |
      |---|---|
      | scope | `scope` |

      ## Words
      | use | instead of |
      |---|---|
      | timeout | `time-out`, `time-outs` |
      | e-mail address | `mail address` |
      """;

  private final Glossary glossary = new Glossary(MARKDOWN, "Words");

  @Test
  void rowsAreThoseBelowTheHeading() {
    assertThat(glossary.size()).isEqualTo(2);
    assertThat(new Glossary(MARKDOWN, "Terms").size()).isEqualTo(1);
  }

  @Test
  void wordsToAvoidAreFoundWhole() {
    assertThat(glossary.faults("Two Time-outs. A timeout. An e-mail address."))
        .containsExactly("use \"timeout\": Two Time-outs.");
    assertThat(glossary.faults("A mail address.")).hasSize(1);
    assertThat(glossary.faults("The option `time-out`.")).isEmpty();
  }
}

package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The listed documents are in plain English: short sentences, their subject first, no riddles. Add
 * a document to the list when it has been rewritten.
 */
class ProseDocIT {

  private static final int MAX_WORDS = 30;

  static final List<String> DOCUMENTS =
      List.of(
          "CONTRIBUTING.md",
          "README.md",
          "account-notifications/README.md",
          "api-keys-page/README.md",
          "apikey-authenticator/README.md",
          "breached-password-policy/README.md",
          "conformance/README.md",
          "contracts/README.md",
          "docs/ci.md",
          "docs/compatibility.md",
          "docs/configuration.md",
          "docs/migration.md",
          "docs/move.md",
          "docs/operations.md",
          "docs/recipes.md",
          "docs/security.md",
          "docs/social-login.md",
          "docs/try-it.md",
          "event-delivery/README.md",
          "legacy-login/README.md",
          "login-rate-limiter/README.md",
          "password-hash-provider/README.md",
          "realm-config/README.md",
          "redis-connection/README.md",
          "redis-revocation-listener/README.md",
          "relying-app/README.md",
          "revocation-checker/README.md",
          "themes/README.md");

  /** A clause as the subject, as in "What who is refused gets". A question may begin so. */
  private static final Pattern CLAUSE_AS_SUBJECT =
      Pattern.compile("(?:^|[;:] )(?:[Ww]ho|[Ww]hat|[Ww]hoever) (?!.*\\?$)");

  /** Old or foreign phrases, riddles, and spellings that are not American. */
  private static final Pattern BANNED =
      Pattern.compile(
          "(?i)\\b(?:whoever|as ever|but for|of before|are about|is round|dies of|be told"
              + "|(?:is|are|was|were) told|told by|says so|fail-over"
              + "|(?:lay|lays|laid|laying) over|behaviour|honours?|authoris\\w+)\\b");

  @ParameterizedTest
  @FieldSource("DOCUMENTS")
  void noSentenceIsLongerThanThirtyWords(String document) {
    assertThat(sentences(document))
        .allSatisfy(
            sentence ->
                assertThat(Prose.words(sentence)).as(sentence).isLessThanOrEqualTo(MAX_WORDS));
  }

  @ParameterizedTest
  @FieldSource("DOCUMENTS")
  void noClauseThatBeginsWithWhoOrWhatIsASubject(String document) {
    assertThat(sentences(document)).noneMatch(s -> CLAUSE_AS_SUBJECT.matcher(s).find());
  }

  @ParameterizedTest
  @FieldSource("DOCUMENTS")
  void noBannedPhraseIsUsed(String document) {
    assertThat(sentences(document)).noneMatch(s -> BANNED.matcher(s).find());
  }

  private static List<String> sentences(String document) {
    List<String> sentences = Prose.sentences(Repository.text(document));
    assertThat(sentences).hasSizeGreaterThan(10);
    return sentences;
  }

  @Test
  void sentencesAreThoseOfParagraphsItemsAndCells() {
    String markdown =
        """
        # A heading. Not a sentence.
        One `a b.c` here. Two
        ends at [the third](a.md#b) line.

            code. Code.
        - **First** item.
          It goes on.
        - What who is refused gets

        ```sh
        code. Code.
        ```
        | a | b |
        |---|---|
        | cell; list | last. Cell |
        """;
    List<String> sentences = Prose.sentences(markdown);
    assertThat(sentences)
        .containsExactly(
            "One Code here.",
            "Two ends at the third line.",
            "First item.",
            "It goes on.",
            "What who is refused gets",
            "a",
            "b",
            "cell",
            "list",
            "last.",
            "Cell");
    assertThat(Prose.words(sentences.get(1))).isEqualTo(6);
    assertThat(sentences).filteredOn(s -> CLAUSE_AS_SUBJECT.matcher(s).find()).hasSize(1);
    assertThat("the scope is laid over the ledger, as ever").containsPattern(BANNED);
  }
}

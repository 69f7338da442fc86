package dev.bulwark.it.prose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every document of the repository is in plain English and in the words of the glossary. */
class ProseDocTest {

  /** Modules whose README is for developers of the bundle only. */
  private static final Set<String> LIBRARIES =
      Set.of(
          "features/console",
          "libraries/attempt-limiter",
          "libraries/delivery",
          "clients/conformance",
          "libraries/provider-kit",
          "docs");

  private static final int MAX_LINE = 120;

  private static final Glossary GLOSSARY = Glossary.ofDocuments();

  static List<String> documents() throws IOException {
    return Repository.files(".*\\.md");
  }

  @Test
  void everyDocumentIsFound() throws IOException {
    assertThat(documents())
        .hasSizeGreaterThan(60)
        .contains("README.md", "docs/decisions/README.md", "clients/python/README.md");
  }

  @Test
  void theLandingPageLeadsToEveryDocument() throws IOException {
    String page = Repository.text("docs/README.md");
    List<String> missing =
        Stream.concat(
                Repository.files("docs/[^/]+\\.md").stream()
                    .filter(file -> !file.equals("docs/README.md"))
                    .map(file -> "](" + file.replace("docs/", "")),
                Repository.files(
                        "(?:[a-z-]+|(?:features|libraries)/[a-z-]+|clients/(?:java|spring-boot|conformance)|testing/stalls|examples/relying-app)/README\\.md")
                    .stream()
                    .filter(file -> !LIBRARIES.contains(file.replace("/README.md", "")))
                    .map(file -> "](../" + file))
            .filter(link -> !page.contains(link))
            .toList();
    assertThat(missing).isEmpty();
  }

  /**
   * The pages of {@code docs/NAME/} are linked from {@code docs/NAME.md} or one of them, or from
   * the README there, or else from the landing page.
   */
  @Test
  void theOverviewOfAGuideLeadsToEveryPage() throws IOException {
    List<String> pages = Repository.files("docs/[^/]+/[^/]+\\.md");
    assertThat(pages).hasSizeGreaterThan(20);
    for (String page : pages) {
      String folder = page.substring("docs/".length(), page.lastIndexOf('/'));
      String name = page.substring(page.lastIndexOf('/') + 1);
      if (!name.equals("README.md")) {
        assertThat(overview(folder))
            .as(page)
            .containsPattern("]\\((?:" + folder + "/)?" + Pattern.quote(name) + "[#)]");
      }
    }
  }

  private static String overview(String folder) throws IOException {
    if (Files.exists(Repository.root().resolve("docs/" + folder + ".md"))) {
      return Repository.guide(folder);
    }
    String readme = "docs/" + folder + "/README.md";
    return Repository.text(
        Files.exists(Repository.root().resolve(readme)) ? readme : "docs/README.md");
  }

  @ParameterizedTest
  @MethodSource("documents")
  void noSentenceBreaksARule(String document) {
    assertThat(PlainEnglish.faults(Repository.text(document))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void theWordsAreThoseOfTheGlossary(String document) {
    assertThat(GLOSSARY.size()).isGreaterThan(10);
    assertThat(GLOSSARY.faults(Repository.text(document))).isEmpty();
  }

  /** A row of a table, code, and a link that no blank divides may be longer. */
  @ParameterizedTest
  @MethodSource("documents")
  void noLineOfTextIsTooLong(String document) {
    assertThat(
            Prose.textLines(Repository.text(document))
                .filter(line -> line.contains(" ") && line.length() > MAX_LINE))
        .isEmpty();
  }
}

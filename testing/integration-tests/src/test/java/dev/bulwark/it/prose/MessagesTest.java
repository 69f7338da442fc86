package dev.bulwark.it.prose;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** B5: texts of pages, mails and the REST are short, and in the words of the glossary. */
class MessagesTest {

  private static final int MAX_WORDS_GERMAN = 25;

  private static final Glossary ENGLISH = Glossary.shipped("Pages and mails in English");
  private static final Glossary GERMAN = Glossary.shipped("Pages and mails in German");

  static List<String> english() throws IOException {
    return Repository.files(".*/src/main/resources/(.*/)?messages(_en)?\\.properties");
  }

  static List<String> german() throws IOException {
    return Repository.files(".*/src/main/resources/(.*/)?messages_de\\.properties");
  }

  static List<String> openApi() throws IOException {
    return Repository.files(".*/src/main/resources/.*openapi\\.json");
  }

  @Test
  void everyBundleIsFound() throws IOException {
    assertThat(english()).hasSizeGreaterThanOrEqualTo(10).hasSameSizeAs(german());
  }

  @ParameterizedTest
  @MethodSource("english")
  void englishTextsArePlain(String bundle) throws IOException {
    assertThat(texts(bundle))
        .isNotEmpty()
        .allSatisfy(text -> assertThat(PlainEnglish.faults(text)).isEmpty())
        .allSatisfy(text -> assertThat(ENGLISH.faults(text)).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("german")
  void germanTextsArePlain(String bundle) throws IOException {
    assertThat(texts(bundle))
        .isNotEmpty()
        .allSatisfy(text -> assertThat(GERMAN.faults(text)).isEmpty())
        .flatMap(Prose::sentences)
        .allSatisfy(
            sentence ->
                assertThat(Prose.words(sentence))
                    .as(sentence)
                    .hasSizeLessThanOrEqualTo(MAX_WORDS_GERMAN));
  }

  @ParameterizedTest
  @MethodSource("openApi")
  void textsOfOpenApiDocumentsArePlain(String document) throws IOException {
    JsonNode root = new ObjectMapper().readTree(Repository.root().resolve(document).toFile());
    List<String> texts =
        Stream.of("summary", "description")
            .flatMap(name -> root.findValuesAsText(name).stream())
            .toList();
    Glossary glossary = Glossary.ofDocuments();
    assertThat(texts).hasSizeGreaterThan(40);
    assertThat(texts).flatMap(PlainEnglish::faults).isEmpty();
    assertThat(texts).flatMap(glossary::faults).isEmpty();
  }

  /** The texts of a bundle without the markup of mails. */
  private static List<String> texts(String bundle) throws IOException {
    Properties messages = new Properties();
    try (Reader reader = Files.newBufferedReader(Repository.root().resolve(bundle))) {
      messages.load(reader);
    }
    return messages.stringPropertyNames().stream()
        .map(key -> messages.getProperty(key).replaceAll("</?(p|a|b)\\b[^>]*>", "\n\n"))
        .toList();
  }
}

package dev.bulwark.it.prose;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** B1: the texts of OpenAPI documents are plain English, in the words of the glossary. */
class OpenApiTextsTest {

  static List<String> documents() throws IOException {
    return Repository.files(".*/src/main/resources/.*openapi\\.json");
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyTextIsPlain(String document) throws IOException {
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
}

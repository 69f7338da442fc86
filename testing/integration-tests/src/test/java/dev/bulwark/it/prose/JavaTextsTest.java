package dev.bulwark.it.prose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B1: log messages, and the Javadoc of the libraries for applications, are in plain English and in
 * the words of the glossary.
 */
class JavaTextsTest {

  private static final Glossary GLOSSARY = Glossary.ofDocuments();

  @TempDir Path folder;

  @Test
  void textsAreThoseOfLoggersAndOfPublicComments() throws IOException {
    Path source = folder.resolve("A.java");
    Files.writeString(
        source,
        """
        /** Not public. */
        class A {
          /**
           * Writes a {@code name}.
           *
           * @param name any name
           */
          public void a(String name) {
            LOG.warnf("The name %s is wrong." + " Check it", name);
            LOG.debug("Not for operators");
            log.info("It has {} users", name);
            System.out.println("Not a log");
          }
        }
        """);
    JavaSources sources = JavaSources.parse(List.of(source));
    assertThat(LogTexts.of(sources))
        .containsExactly("The name %s is wrong. Check it", "It has {} users");
    assertThat(PublicJavadoc.of(sources))
        .singleElement()
        .satisfies(
            text ->
                assertThat(Prose.sentences(text)).containsExactly("Writes a Code.", "any name"));
  }

  @Test
  void everyLogMessageIsPlain() throws IOException {
    List<String> texts =
        LogTexts.of(
            sources("(?!benchmarks|testing/(?:server|test-support)/).*/src/main/java/.*\\.java"));
    assertThat(texts).hasSizeGreaterThan(90);
    assertPlain(texts);
  }

  @Test
  void theJavadocOfTheLibrariesIsPlain() throws IOException {
    List<String> texts =
        PublicJavadoc.of(sources("clients/(?:java|spring-boot)/src/main/java/.*\\.java"));
    assertThat(texts).hasSizeGreaterThan(80);
    assertPlain(texts);
  }

  private static void assertPlain(List<String> texts) {
    assertThat(texts).flatMap(PlainEnglish::faults).isEmpty();
    assertThat(texts).flatMap(GLOSSARY::faults).isEmpty();
  }

  private static JavaSources sources(String pattern) throws IOException {
    return JavaSources.parse(
        Repository.files(pattern).stream().map(Repository.root()::resolve).toList());
  }
}

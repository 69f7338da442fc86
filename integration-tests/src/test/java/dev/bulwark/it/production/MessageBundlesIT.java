package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * B5: every English text of pages, mails, the administration console and the example application
 * has a German one that shows the same values.
 */
class MessageBundlesIT {

  private static final Pattern ENGLISH = Pattern.compile("messages(_en)?\\.properties");
  private static final Pattern ARGUMENT = Pattern.compile("\\{\\d+[^}]*\\}");

  /** The English files of all modules, relative to the repository. */
  static Stream<Path> english() throws IOException {
    Set<Path> found = new TreeSet<>();
    try (Stream<Path> modules = Files.list(Repository.root())) {
      for (Path module : modules.toList()) {
        Path resources = module.resolve("src/main/resources");
        if (Files.isDirectory(resources)) {
          try (Stream<Path> files =
              Files.find(
                  resources,
                  20,
                  (path, of) -> ENGLISH.matcher(path.getFileName().toString()).matches())) {
            files.map(Repository.root()::relativize).forEach(found::add);
          }
        }
      }
    }
    return found.stream();
  }

  @Test
  void everyBundleIsFound() throws IOException {
    assertThat(english().map(path -> path.getName(0).toString()))
        .contains("themes", "apikey-authenticator", "account-notifications", "relying-app");
  }

  @ParameterizedTest
  @MethodSource("english")
  void everyEnglishTextHasAGermanOne(Path file) throws IOException {
    Properties english = read(file);
    Properties german =
        read(
            file.resolveSibling(
                ENGLISH
                    .matcher(file.getFileName().toString())
                    .replaceFirst("messages_de.properties")));
    assertThat(english).isNotEmpty();
    assertThat(german.keySet()).containsExactlyInAnyOrderElementsOf(english.keySet());
    for (String key : english.stringPropertyNames()) {
      assertThat(german.getProperty(key)).as(key).isNotBlank();
      assertThat(arguments(german, key)).as(key).isEqualTo(arguments(english, key));
    }
  }

  private static Properties read(Path file) throws IOException {
    Properties messages = new Properties();
    try (Reader reader = Files.newBufferedReader(Repository.root().resolve(file))) {
      messages.load(reader);
    }
    return messages;
  }

  private static Set<String> arguments(Properties messages, String key) {
    return ARGUMENT
        .matcher(messages.getProperty(key))
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}

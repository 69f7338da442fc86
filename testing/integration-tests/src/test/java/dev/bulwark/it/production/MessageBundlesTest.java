package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
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
class MessageBundlesTest {

  private static final Pattern ENGLISH = Pattern.compile("messages(_en)?\\.properties");

  /** Where texts are, as {@code themes/README.md} says. */
  private static final Pattern OF_A_THEME =
      Pattern.compile("themes/src/main/resources/theme/bulwark/(login|account|email)/messages/.*");

  private static final Pattern OF_A_MODULE =
      Pattern.compile("([a-z/-]+)/src/main/resources/dev/bulwark/([a-z]+)/messages/.*");
  private static final Path OF_THE_APPLICATION =
      Path.of("examples/relying-app/src/main/resources/messages.properties");

  private static final Pattern ARGUMENT = Pattern.compile("\\{\\d+[^}]*\\}");

  /** The English files of all modules, relative to the repository. */
  static Stream<Path> english() throws IOException {
    return Repository.files(".*/src/main/resources/.*").stream()
        .map(Path::of)
        .filter(path -> ENGLISH.matcher(path.getFileName().toString()).matches());
  }

  @Test
  void everyBundleIsFound() throws IOException {
    assertThat(english().map(path -> path.toString().replaceFirst("/src/.*", "")))
        .contains(
            "themes",
            "apikey-authenticator",
            "features/account-notifications",
            "examples/relying-app");
  }

  @ParameterizedTest
  @MethodSource("english")
  void everyBundleIsWhereTheRuleSays(Path file) {
    assertThat(file)
        .satisfiesAnyOf(
            path -> assertThat(path.toString()).matches(OF_A_THEME),
            path -> assertThat(path.toString()).matches(OF_A_MODULE),
            path -> assertThat(path).isEqualTo(OF_THE_APPLICATION));
  }

  /** Without it, Keycloak shows the keys. */
  @ParameterizedTest
  @MethodSource("ofModules")
  void everyBundleOfAModuleIsRegistered(Path file) {
    Matcher module = OF_A_MODULE.matcher(file.toString());
    assertThat(module.matches()).isTrue();
    assertThat(
            Repository.text(
                module.group(1)
                    + "/src/main/resources/META-INF/services/"
                    + "org.keycloak.theme.ThemeResourceProviderFactory"))
        .matches("dev\\.bulwark\\." + module.group(2) + "\\.[A-Za-z]+Messages\\s+");
  }

  /** One of two modules would hide the text of the other. */
  @Test
  void noTwoModulesHaveATextOfTheSameKey() throws IOException {
    List<String> keys = new ArrayList<>();
    for (Path file : ofModules().toList()) {
      keys.addAll(read(file).stringPropertyNames());
    }
    assertThat(keys).doesNotHaveDuplicates();
  }

  static Stream<Path> ofModules() throws IOException {
    return english().filter(file -> OF_A_MODULE.matcher(file.toString()).matches());
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

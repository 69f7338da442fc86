package dev.bulwark.themes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * B5, L2, L3: each own text is translated, the parent still asks for it, and no lockout is seen.
 */
class MessagesTest {

  private static final Pattern ARGUMENT = Pattern.compile("\\{(\\d+)\\}");

  private static final Pattern LINK = Pattern.compile("<a href=\"(\\{\\d})\">");

  /** {@code | Sitzung | `Session`, `Sessions` |}. */
  private static final Pattern GLOSSARY_ROW =
      Pattern.compile("(?m)^\\| [^|`]+ \\| ((?:`[^`]+`(?:, )?)+) \\|$");

  /** Texts that say why somebody is not signed in. */
  private static final Pattern REJECTION =
      Pattern.compile("(?:invalid|account\\w*Disabled|missing)\\w*Message\\w*");

  /** That both have the same keys and arguments is shown for every bundle by MessageBundlesTest. */
  @ParameterizedTest
  @ValueSource(strings = {"login", "account", "email"})
  void everyTextIsTranslated(String type) {
    Properties english = ThemeFiles.messages("bulwark", type, "en");
    Properties german = ThemeFiles.messages("bulwark", type, "de");
    for (String key : english.stringPropertyNames()) {
      assertThat(german.getProperty(key)).as(key).isNotEqualTo(english.getProperty(key));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"login", "account", "email"})
  void theParentKnowsEveryTextThatIsReplaced(String type) {
    Properties own = ThemeFiles.messages("bulwark", type, "en");
    Properties parent = parent(type, "en");
    for (String key : own.stringPropertyNames()) {
      if (!key.startsWith("bulwark")) {
        assertThat(parent.stringPropertyNames()).contains(key);
        assertThat(arguments(parent, key)).as(key).containsAll(arguments(own, key));
      }
    }
  }

  /**
   * Keycloak gives a wrong code and a locked account one text, so that no one can tell them apart.
   */
  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  void rejectionsThatTheParentWordsAlikeAreWordedAlike(String language) {
    Properties parent = parent("login", language);
    Properties shown = shown("login", language);
    Collection<List<String>> alike =
        parent.stringPropertyNames().stream()
            .filter(key -> REJECTION.matcher(key).matches())
            .collect(Collectors.groupingBy(parent::getProperty))
            .values();
    assertThat(alike)
        .anySatisfy(
            keys ->
                assertThat(keys)
                    .contains(
                        "invalidTotpMessage",
                        "accountTemporarilyDisabledMessageTotp",
                        "accountPermanentlyDisabledMessageTotp"))
        .allSatisfy(
            keys ->
                assertThat(keys)
                    .extracting(key -> shown.getProperty(key))
                    .containsOnly(shown.getProperty(keys.get(0))));
  }

  /** Those that the theme inherits, too. */
  @ParameterizedTest
  @ValueSource(strings = {"login", "account", "email"})
  void everyGermanTextIsInTheWordsOfTheGlossary(String type) {
    Pattern words = wordsToAvoid();
    Properties shown = shown(type, "de");
    List<String> faults = new ArrayList<>();
    for (String key : new TreeSet<>(shown.stringPropertyNames())) {
      String text = shown.getProperty(key).replaceAll("\\{\\{\\w+}}", "");
      if (words.matcher(text).find()) {
        faults.add(key + "=" + text);
      }
    }
    assertThat(faults).isEmpty();
  }

  /** The last table of the glossary, which is that of German pages. */
  private static Pattern wordsToAvoid() {
    String glossary = ThemeFiles.text(Path.of("../docs/glossary.md"));
    String table = glossary.substring(glossary.indexOf("\n## Pages and mails in German\n"));
    List<String> words =
        GLOSSARY_ROW
            .matcher(table)
            .results()
            .flatMap(row -> Pattern.compile("`([^`]+)`").matcher(row.group(1)).results())
            .map(word -> Pattern.quote(word.group(1)))
            .toList();
    assertThat(words).hasSizeGreaterThan(20);
    return Pattern.compile("(?iU)(?<![\\w-])(?:" + String.join("|", words) + ")(?![\\w-])");
  }

  @ParameterizedTest
  @ValueSource(strings = {"login", "email"})
  void everyTextIsAMessageFormatThatLosesNothing(String type) {
    for (String language : new String[] {"en", "de"}) {
      Properties messages = ThemeFiles.messages("bulwark", type, language);
      for (String key : messages.stringPropertyNames()) {
        // A lone apostrophe would swallow itself and switch the arguments after it off.
        String pattern = messages.getProperty(key);
        String shown = new MessageFormat(pattern).format(new Object[] {"", "", "", "", "", ""});
        assertThat(shown)
            .as(key)
            .isEqualTo(ARGUMENT.matcher(pattern).replaceAll("").replace("''", "'"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  void mailsCarryTheirLinkInBothForms(String language) {
    Properties messages = ThemeFiles.messages("bulwark", "email", language);
    Properties parent = parent("email", language);
    int mails = 0;
    for (String key : new TreeSet<>(messages.stringPropertyNames())) {
      Matcher link = LINK.matcher(parent.getProperty(key, ""));
      if (key.endsWith("BodyHtml") && link.find()) {
        String address = link.group(1);
        assertThat(messages.getProperty(key))
            .contains("<a class=\"bw-button\" href=\"" + address + "\">");
        assertThat(messages.getProperty(key.replace("Html", ""))).contains("\n" + address + "\n");
        mails++;
      }
    }
    assertThat(mails).isGreaterThanOrEqualTo(5);
  }

  /**
   * What the theme inherits. The account console asks for the texts of {@code keycloak.v3}; the
   * server takes the names of clients from {@code base}.
   */
  private static Properties parent(String type, String language) {
    Properties base = ThemeFiles.messages("base", type, language);
    if (!type.equals("account")) {
      return base;
    }
    Properties console = ThemeFiles.messages("keycloak.v3", type, language);
    base.forEach(
        (key, text) -> {
          if (key.toString().startsWith("client_")) {
            console.put(key, text);
          }
        });
    return console;
  }

  /** What pages and mails show: the own text, or else that of the parent. */
  private static Properties shown(String type, String language) {
    Properties shown = parent(type, language);
    shown.putAll(ThemeFiles.messages("bulwark", type, language));
    return shown;
  }

  private static Set<String> arguments(Properties messages, String key) {
    return ARGUMENT
        .matcher(messages.getProperty(key))
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}

package dev.bulwark.themes;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.MessageFormat;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** B5: each own text is translated, and the parent still asks for it. */
class MessagesTest {

  private static final Pattern ARGUMENT = Pattern.compile("\\{(\\d+)\\}");

  /** That both have the same keys and arguments is shown for every bundle by MessageBundlesIT. */
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
  @CsvSource({"login, base", "account, keycloak.v3", "email, base"})
  void theParentKnowsEveryTextThatIsReplaced(String type, String theme) {
    Properties own = ThemeFiles.messages("bulwark", type, "en");
    Properties parent = ThemeFiles.messages(theme, type, "en");
    for (String key : own.stringPropertyNames()) {
      if (!key.startsWith("bulwark")) {
        assertThat(parent.stringPropertyNames()).contains(key);
        assertThat(arguments(parent, key)).as(key).containsAll(arguments(own, key));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"login", "email"})
  void everyTextIsAMessageFormatThatLosesNothing(String type) {
    for (String language : new String[] {"en", "de"}) {
      Properties messages = ThemeFiles.messages("bulwark", type, language);
      for (String key : messages.stringPropertyNames()) {
        // A lone apostrophe would swallow itself and switch the arguments after it off.
        String pattern = messages.getProperty(key);
        String shown = new MessageFormat(pattern).format(new Object[] {"", "", "", "", ""});
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
    for (String key : new TreeSet<>(messages.stringPropertyNames())) {
      if (key.endsWith("BodyHtml") && !key.startsWith("emailTest")) {
        assertThat(messages.getProperty(key)).contains("<a class=\"bw-button\" href=\"{0}\">");
        assertThat(messages.getProperty(key.replace("Html", ""))).contains("\n{0}\n");
      }
    }
  }

  private static Set<String> arguments(Properties messages, String key) {
    return ARGUMENT
        .matcher(messages.getProperty(key))
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}

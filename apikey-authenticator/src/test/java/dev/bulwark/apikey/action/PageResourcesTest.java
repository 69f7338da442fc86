package dev.bulwark.apikey.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K3, B5: texts are there in both languages; pages bring no script or style of their own along. */
class PageResourcesTest {

  private static final Pattern ARGUMENT = Pattern.compile("\\{(\\d+)\\}");
  private static final Pattern TEXT =
      Pattern.compile("(?:msg\\(|label=|Error\\()\"(apiKey[A-Za-z]+)\"");

  @Test
  void englishAndGermanHaveTheSameTexts() {
    Properties english = messages("en");
    Properties german = messages("de");
    assertThat(german.stringPropertyNames())
        .containsExactlyInAnyOrderElementsOf(english.stringPropertyNames());
    for (String key : english.stringPropertyNames()) {
      assertThat(arguments(german.getProperty(key)))
          .as(key)
          .isEqualTo(arguments(english.getProperty(key)));
      for (Properties texts : new Properties[] {english, german}) {
        String pattern = texts.getProperty(key);
        // A lone apostrophe would swallow itself and switch the arguments after it off.
        assertThat(new MessageFormat(pattern).format(new Object[] {"", "", ""}))
            .as(key)
            .isEqualTo(ARGUMENT.matcher(pattern).replaceAll("").replace("''", "'"));
      }
    }
  }

  /** The account console knows another form of arguments, so that its texts have none. */
  @Test
  void textsOfTheAccountConsoleHaveNoArguments() {
    Properties english = messages("en");
    assertThat(english.stringPropertyNames())
        .filteredOn(key -> key.startsWith("api-key-"))
        .isNotEmpty()
        .allSatisfy(key -> assertThat(arguments(english.getProperty(key))).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"create-api-key", "api-key-created"})
  void pages(String name) {
    String page = read("/theme-resources/templates/" + name + ".ftl");
    Set<String> used =
        TEXT.matcher(page)
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(used).isNotEmpty();
    assertThat(messages("en").stringPropertyNames()).containsAll(used);
    assertThat(page)
        .as("what a content security policy may forbid")
        .doesNotContainPattern("<script(?![^>]* src=)")
        .doesNotContainPattern("<style|\\sstyle=|\\son[a-z]+=|javascript:")
        .as("everything is escaped")
        .doesNotContain("no_esc", "noparse", "<#noautoesc");
  }

  private static Properties messages(String language) {
    Properties properties = new Properties();
    try (InputStream in =
        resource("/dev/bulwark/apikey/messages/messages_" + language + ".properties")) {
      properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  private static Set<String> arguments(String text) {
    return ARGUMENT
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String read(String name) {
    try (InputStream in = resource(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream resource(String name) {
    InputStream in = PageResourcesTest.class.getResourceAsStream(name);
    if (in == null) {
      throw new AssertionError("no resource " + name);
    }
    return in;
  }
}

package dev.bulwark.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each mail has all its texts, in both languages. */
class NotificationMessagesTest {

  private static Properties messages(Locale locale) throws IOException {
    return new NotificationMessages().getMessages("messages", locale);
  }

  @ParameterizedTest
  @EnumSource(Occasion.class)
  void everyOccasionHasItsTexts(Occasion occasion) throws IOException {
    for (String part : new String[] {".subject", ".body", ".advice"}) {
      String key = occasion.key() + part;
      String english = messages(Locale.ENGLISH).getProperty(key);
      String german = messages(Locale.GERMAN).getProperty(key);
      assertThat(english).as(key).isNotBlank();
      assertThat(german).as(key).isNotBlank().isNotEqualTo(english);
      assertThat(english.contains("{0}")).as(key).isEqualTo(part.equals(".body"));
      assertThat(german.contains("{0}")).as(key).isEqualTo(part.equals(".body"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  void everyTextIsAMessageFormatThatLosesNothing(String language) throws IOException {
    Properties messages = messages(Locale.forLanguageTag(language));
    for (String key : messages.stringPropertyNames()) {
      String pattern = messages.getProperty(key);
      // A lone apostrophe would swallow itself and switch the arguments after it off.
      assertThat(new MessageFormat(pattern).format(new Object[] {"X"}))
          .as(key)
          .isEqualTo(pattern.replace("{0}", "X").replace("''", "'"));
    }
  }

  /** K11: owners delete their keys, in mails as on the page; administrators revoke them. */
  @Test
  void mailsAboutKeysHaveTheWordsOfTheOwnersPage() throws IOException {
    for (Locale locale : new Locale[] {Locale.ENGLISH, Locale.GERMAN}) {
      Properties messages = messages(locale);
      assertThat(messages.stringPropertyNames())
          .filteredOn(key -> key.startsWith("bulwarkNotification.api-key-"))
          .isNotEmpty()
          .allSatisfy(
              key ->
                  assertThat(messages.getProperty(key))
                      .as(key)
                      .doesNotContainIgnoringCase("revok")
                      .doesNotContainIgnoringCase("widerr"));
    }
  }

  @Test
  void bothLanguagesHaveTheSameKeys() throws IOException {
    assertThat(messages(Locale.GERMAN).stringPropertyNames())
        .containsExactlyInAnyOrderElementsOf(messages(Locale.ENGLISH).stringPropertyNames());
    assertThat(messages(Locale.FRENCH)).isEmpty();
  }
}

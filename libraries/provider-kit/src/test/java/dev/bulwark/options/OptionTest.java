package dev.bulwark.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.bulwark.testing.MapScope;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.provider.ProviderConfigProperty;

/** What comes of a declaration: value, error message, description. */
class OptionTest {

  private enum Level {
    LOW,
    HIGH
  }

  private static final Option<Integer> COUNT = Option.number("count", 1, 5, 3, "How many.");
  private static final Option<Long> BIG =
      Option.longNumber("big", 0, 9_000_000_000L, 5_000_000_000L, "How many of the small.");
  private static final Option<Duration> WAIT = Option.millis("wait", 0, 60_000, 500, "How long.");
  private static final Option<Boolean> ON = Option.flag("on", true, "Whether it is on.");
  private static final Option<Level> LEVEL =
      Option.choice(
          "level",
          Level.values(),
          level -> level.name().toLowerCase(Locale.ROOT),
          Level.LOW,
          "How much.");
  private static final Option<URI> URL =
      Option.parsed("url", "a URL", "http://localhost", URI::create, "Where.");
  private static final Option<String> SECRET =
      Option.parsed("pin", "four digits", "", OptionTest::pin, "The PIN.").asSecret();
  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          "spi-test--default--",
          COUNT,
          BIG,
          WAIT,
          ON,
          LEVEL,
          URL,
          SECRET,
          Option.optional("file", "A file."));

  private static String pin(String text) {
    if (!text.isEmpty() && text.length() != 4) {
      throw new IllegalArgumentException(text);
    }
    return text;
  }

  @Test
  void anOptionThatIsNotSetOrBlankHasItsDefault() {
    assertThat(OPTIONS.read(MapScope.of(), COUNT)).isEqualTo(3);
    assertThat(OPTIONS.read(MapScope.of("count", " "), COUNT)).isEqualTo(3);
    assertThat(OPTIONS.read(MapScope.of(), BIG)).isEqualTo(5_000_000_000L);
    assertThat(OPTIONS.read(MapScope.of(), WAIT)).isEqualTo(Duration.ofMillis(500));
    assertThat(OPTIONS.read(MapScope.of(), ON)).isTrue();
    assertThat(OPTIONS.read(MapScope.of(), LEVEL)).isEqualTo(Level.LOW);
    assertThat(OPTIONS.read(MapScope.of(), URL)).hasHost("localhost");
    assertThat(OPTIONS.read(MapScope.of(), Option.optional("file", ""))).isEmpty();
  }

  @Test
  void aValueIsTrimmedButNotAnOptionalText() {
    assertThat(OPTIONS.read(MapScope.of("count", " 5 "), COUNT)).isEqualTo(5);
    assertThat(OPTIONS.read(MapScope.of("on", " False "), ON)).isFalse();
    assertThat(OPTIONS.read(MapScope.of("level", "high "), LEVEL)).isEqualTo(Level.HIGH);
    assertThat(OPTIONS.read(MapScope.of("file", " a "), Option.optional("file", "")))
        .hasValue(" a ");
  }

  @Test
  void aRefusedUrlIsShownWithoutItsPassword() {
    assertThatThrownBy(
            () -> OPTIONS.read(MapScope.of("url", "https://ann:s3cr3t@host:1/a b@c"), URL))
        .hasMessage("Option spi-test--default--url must be a URL, is https://…@host:1/a b@c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "count | 0   | 1..5",
        "count | 6   | 1..5",
        "count | two | 1..5",
        "big   | -1  | 0..9000000000",
        "wait  | 1s  | 0..60000 ms",
        "on    | yes | true or false",
        "level | LOW | low or high",
        "url   | a b | a URL",
      })
  void aValueThatIsNotAllowedNamesTheOptionAndWhatIs(String name, String value, String allowed) {
    Map<String, Option<?>> options =
        Stream.of(COUNT, BIG, WAIT, ON, LEVEL, URL)
            .collect(Collectors.toMap(Option::name, Function.identity()));
    Option<?> option = Objects.requireNonNull(options.get(name));
    assertThatThrownBy(() -> OPTIONS.read(MapScope.of(name, value), option))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Option spi-test--default--%s must be %s, is %s", name, allowed, value);
  }

  @Test
  void anOptionOutsideTheListIsNotRead() {
    Option<Boolean> forgotten = Option.flag("forgotten", true, "In no table.");
    assertThatThrownBy(() -> OPTIONS.read(MapScope.of(), forgotten))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Option spi-test--default--forgotten is not declared");
  }

  @Test
  void aSecretIsNotInTheMessage() {
    assertThatThrownBy(() -> OPTIONS.read(MapScope.of("pin", "12345"), SECRET))
        .hasMessageContaining("pin must be four digits")
        .hasMessageNotContaining("12345");
  }

  @Test
  void theDescriptionHasTheDefaultAndWhatIsAllowed() {
    assertThat(OPTIONS.metadata())
        .extracting(
            ProviderConfigProperty::getName,
            ProviderConfigProperty::getType,
            ProviderConfigProperty::getDefaultValue,
            ProviderConfigProperty::getHelpText)
        .contains(
            tuple("count", ProviderConfigProperty.INTEGER_TYPE, 3L, "How many. Allowed: 1..5."),
            tuple(
                "level",
                ProviderConfigProperty.LIST_TYPE,
                "low",
                "How much. Allowed: low or high."),
            tuple("file", ProviderConfigProperty.STRING_TYPE, null, "A file."));
    assertThat(OPTIONS.metadata()).filteredOn(ProviderConfigProperty::isSecret).hasSize(1);
  }
}

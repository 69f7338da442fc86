package dev.bulwark.options;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The declaration of an option: name, type, range, default and help text. Immutable.
 *
 * @param <T> type of the value
 */
public final class Option<T> {

  /** User and password in a URL, which must not get into a log. */
  private static final Pattern USER_OF_URL = Pattern.compile("//[^/?#]*@");

  private final String name;
  private final String type;
  private final String allowed;
  private final Function<String, Optional<T>> parser;
  private final T defaultValue;
  private final @Nullable Object shownDefault;
  private final List<String> choices;
  private final boolean secret;
  private final String help;

  private Option(
      String name,
      String type,
      String allowed,
      Function<String, Optional<T>> parser,
      T defaultValue,
      @Nullable Object shownDefault,
      List<String> choices,
      boolean secret,
      String help) {
    this.name = name;
    this.type = type;
    this.allowed = allowed;
    this.parser = parser;
    this.defaultValue = defaultValue;
    this.shownDefault = shownDefault;
    this.choices = choices;
    this.secret = secret;
    this.help = help;
  }

  /** Returns a whole number from {@code min} to {@code max}, both allowed. */
  public static Option<Integer> number(
      String name, int min, int max, int defaultValue, String help) {
    return whole(name, min, max, "", value -> (int) value, defaultValue, help);
  }

  /** Returns a whole number from {@code min} to {@code max}, both allowed. */
  public static Option<Long> longNumber(
      String name, long min, long max, long defaultValue, String help) {
    return whole(name, min, max, "", value -> value, defaultValue, help);
  }

  /** Returns a time in milliseconds from {@code min} to {@code max}, both allowed. */
  public static Option<Duration> millis(
      String name, int min, int max, int defaultValue, String help) {
    return whole(name, min, max, " ms", Duration::ofMillis, defaultValue, help);
  }

  /** Returns a time in seconds from {@code min} to {@code max}, both allowed. */
  public static Option<Duration> seconds(
      String name, int min, int max, int defaultValue, String help) {
    return whole(name, min, max, " s", Duration::ofSeconds, defaultValue, help);
  }

  private static <N> Option<N> whole(
      String name,
      long min,
      long max,
      String unit,
      LongFunction<N> of,
      long defaultValue,
      String help) {
    return new Option<>(
        name,
        ProviderConfigProperty.INTEGER_TYPE,
        min + ".." + max + unit,
        text -> wholeNumber(text, min, max).map(of::apply),
        of.apply(defaultValue),
        defaultValue,
        List.of(),
        false,
        help);
  }

  private static Optional<Long> wholeNumber(String text, long min, long max) {
    try {
      long value = Long.parseLong(text.trim());
      return value < min || value > max ? Optional.empty() : Optional.of(value);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Returns a switch. */
  public static Option<Boolean> flag(String name, boolean defaultValue, String help) {
    return new Option<>(
        name,
        ProviderConfigProperty.BOOLEAN_TYPE,
        "true or false",
        Option::truth,
        defaultValue,
        defaultValue,
        List.of(),
        false,
        help);
  }

  private static Optional<Boolean> truth(String text) {
    return switch (text.trim().toLowerCase(Locale.ROOT)) {
      case "true" -> Optional.of(true);
      case "false" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  /**
   * Returns a choice of constants.
   *
   * @param choices the constants
   * @param label how an administrator writes one
   */
  public static <E> Option<E> choice(
      String name, E[] choices, Function<E, String> label, E defaultValue, String help) {
    List<String> labels = Arrays.stream(choices).map(label).toList();
    return new Option<>(
        name,
        ProviderConfigProperty.LIST_TYPE,
        listed(labels),
        text ->
            Arrays.stream(choices)
                .filter(choice -> label.apply(choice).equals(text.trim()))
                .findFirst(),
        defaultValue,
        label.apply(defaultValue),
        labels,
        false,
        help);
  }

  private static String listed(List<String> labels) {
    int last = labels.size() - 1;
    return String.join(", ", labels.subList(0, last)) + " or " + labels.get(last);
  }

  /**
   * Returns a text that is checked and converted.
   *
   * @param allowed what is allowed, as a noun, for example {@code a file name}
   * @param defaultText the default as an administrator would write it; empty for none
   * @param parser converts the trimmed text; throws IllegalArgumentException for one that is not
   *     allowed
   */
  public static <T> Option<T> parsed(
      String name, String allowed, String defaultText, Function<String, T> parser, String help) {
    return new Option<>(
        name,
        ProviderConfigProperty.STRING_TYPE,
        allowed,
        text -> {
          try {
            return Optional.of(parser.apply(text.trim()));
          } catch (IllegalArgumentException e) {
            return Optional.empty();
          }
        },
        parser.apply(defaultText),
        defaultText,
        List.of(),
        false,
        help);
  }

  /** Returns a text of any form, which is trimmed. */
  public static Option<String> text(String name, String defaultValue, String help) {
    return parsed(name, "", defaultValue, text -> text, help);
  }

  /** Returns a text of any form, taken as it is, that has no default. */
  public static Option<Optional<String>> optional(String name, String help) {
    return new Option<>(
        name,
        ProviderConfigProperty.STRING_TYPE,
        "",
        text -> Optional.of(Optional.of(text)),
        Optional.empty(),
        null,
        List.of(),
        false,
        help);
  }

  /** Returns the same option whose value must not be shown. */
  public Option<T> asSecret() {
    return new Option<>(
        name, type, allowed, parser, defaultValue, shownDefault, choices, true, help);
  }

  /** Returns the same option with a default that the help text explains. */
  public Option<T> withExplainedDefault() {
    return new Option<>(name, type, allowed, parser, defaultValue, null, choices, secret, help);
  }

  /** Returns the name, without the provider's prefix. */
  public String name() {
    return name;
  }

  T valueOf(String prefix, @Nullable String text) {
    if (text == null || text.isBlank()) {
      return defaultValue;
    }
    return parser
        .apply(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Option " + prefix + name + " must be " + allowed + ", is " + shown(text)));
  }

  private String shown(String text) {
    return secret ? "another value" : USER_OF_URL.matcher(text.trim()).replaceAll("//…@");
  }

  ProviderConfigProperty describe() {
    ProviderConfigProperty property = new ProviderConfigProperty();
    property.setName(name);
    property.setType(type);
    property.setHelpText(allowed.isEmpty() ? help : help + " Allowed: " + allowed + ".");
    property.setDefaultValue(shownDefault);
    property.setSecret(secret);
    if (!choices.isEmpty()) {
      property.setOptions(choices);
    }
    return property;
  }
}

package dev.bulwark.password;

import org.jspecify.annotations.Nullable;
import org.keycloak.Config;

/**
 * Reads options of a provider so that a bad value stops the server with the option's full name and
 * the allowed values.
 */
final class OptionReader {

  private final Config.Scope scope;
  private final String prefix;

  /**
   * @param scope the options
   * @param prefix how an administrator writes them, for messages, for example {@code
   *     spi-password-hashing--argon2id--}
   */
  OptionReader(Config.Scope scope, String prefix) {
    this.scope = scope;
    this.prefix = prefix;
  }

  /**
   * A whole number.
   *
   * @throws IllegalArgumentException when it is none, or out of range
   */
  int number(String name, int defaultValue, int min, int max) {
    return (int) number(name, (long) defaultValue, min, max);
  }

  /** As {@link #number(String, int, int, int)} for long values. */
  long number(String name, long defaultValue, long min, long max) {
    @Nullable String text = scope.get(name);
    if (text == null || text.isBlank()) {
      return defaultValue;
    }
    long value;
    try {
      value = Long.parseLong(text.trim());
    } catch (NumberFormatException e) {
      throw invalid(name, text, "a whole number from " + min + " to " + max);
    }
    if (value < min || value > max) {
      throw invalid(name, text, "a whole number from " + min + " to " + max);
    }
    return value;
  }

  /**
   * {@code true} or {@code false}.
   *
   * @throws IllegalArgumentException when it is neither
   */
  boolean flag(String name, boolean defaultValue) {
    @Nullable String text = scope.get(name);
    if (text == null || text.isBlank()) {
      return defaultValue;
    }
    return switch (text.trim()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw invalid(name, text, "true or false");
    };
  }

  /** The option's text, or the default. */
  String text(String name, String defaultValue) {
    @Nullable String text = scope.get(name);
    return text == null || text.isBlank() ? defaultValue : text.trim();
  }

  IllegalArgumentException invalid(String name, Object value, String allowed) {
    return new IllegalArgumentException(
        "Option "
            + prefix
            + name
            + " has the invalid value '"
            + value
            + "': allowed is "
            + allowed);
  }
}

package dev.bulwark.breached;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;

/**
 * Reads options strictly: a value that is not of its kind or range is an error that names the
 * option.
 */
public final class OptionReader {

  private final Config.Scope scope;
  private final String prefix;

  /**
   * Reads the options of one provider.
   *
   * @param prefix the options' common prefix, for messages
   */
  public OptionReader(Config.Scope scope, String prefix) {
    this.scope = scope;
    this.prefix = prefix;
  }

  /** The trimmed value; null if unset or blank. */
  @Nullable String text(String name) {
    String value = scope.get(name);
    return value == null || value.isBlank() ? null : value.trim();
  }

  /**
   * A whole number.
   *
   * @throws IllegalArgumentException naming the option, if the value is none from min to max
   */
  public int number(String name, int defaultValue, int min, int max) {
    String value = text(name);
    if (value == null) {
      return defaultValue;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw invalid(name, value, "a number from " + min + " to " + max);
    }
    throw invalid(name, value, "a number from " + min + " to " + max);
  }

  boolean flag(String name, boolean defaultValue) {
    String value = text(name);
    if (value == null) {
      return defaultValue;
    }
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw invalid(name, value, "true or false");
    };
  }

  IllegalArgumentException invalid(String name, String value, String allowed) {
    return new IllegalArgumentException(
        "--" + prefix + name + " is '" + value + "', allowed is " + allowed);
  }
}

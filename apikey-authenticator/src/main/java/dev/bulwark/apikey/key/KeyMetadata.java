package dev.bulwark.apikey.key;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.bulwark.contract.HiddenCharacters;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Free names and values that people and programs attach to a key. No decision of this module looks
 * at them. Immutable, sorted by name.
 */
public final class KeyMetadata {

  public static final int MAX_ENTRIES = 20;
  public static final int MAX_VALUE = 200;

  /** Of all names and values together, so that they fit in the stored form of a key. */
  public static final int MAX_TOTAL = 1_500;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,39}");

  private final Map<String, String> values;

  private KeyMetadata(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Checks names and values.
   *
   * @throws IllegalArgumentException telling what is allowed
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static KeyMetadata of(Map<String, String> values) {
    if (values.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException("no more than " + MAX_ENTRIES + " entries are allowed");
    }
    int total = 0;
    for (Map.Entry<String, String> entry : values.entrySet()) {
      if (!NAME.matcher(entry.getKey()).matches()) {
        throw new IllegalArgumentException(
            "a name must be 1 to 40 ASCII letters, digits, dots, hyphens and underscores, a letter"
                + " or digit first");
      }
      @Nullable String value = entry.getValue();
      if (value == null || value.length() > MAX_VALUE || HiddenCharacters.areIn(value)) {
        throw new IllegalArgumentException(
            "a value must be a string of up to "
                + MAX_VALUE
                + " characters without control or format characters");
      }
      total += entry.getKey().length() + value.length();
    }
    if (total > MAX_TOTAL) {
      throw new IllegalArgumentException(
          "names and values must have no more than " + MAX_TOTAL + " characters together");
    }
    return new KeyMetadata(Collections.unmodifiableMap(new TreeMap<>(values)));
  }

  /** The values by their names. */
  @JsonValue
  public Map<String, String> values() {
    return values;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KeyMetadata that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.keySet().toString();
  }
}

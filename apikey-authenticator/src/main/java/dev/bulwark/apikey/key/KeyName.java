package dev.bulwark.apikey.key;

import dev.bulwark.contract.ApiKeyLimits;
import dev.bulwark.contract.HiddenCharacters;
import java.util.Optional;

/**
 * The name that an owner gives a key: 1 to {@value #MAX_LENGTH} characters, none of them hidden,
 * and at least one to be seen.
 */
public final class KeyName {

  public static final int MAX_LENGTH = ApiKeyLimits.MAX_NAME;

  private KeyName() {}

  /** The name without blanks around it; empty when it is none that a key may have. */
  public static Optional<String> check(String name) {
    String trimmed = name.strip();
    return trimmed.length() > MAX_LENGTH
            || HiddenCharacters.areIn(trimmed)
            || HiddenCharacters.areAllOf(trimmed)
        ? Optional.empty()
        : Optional.of(trimmed);
  }

  /**
   * The name that a label stands for, which Keycloak lets people change without asking this module:
   * hidden characters become blanks, what is too long is cut off. Empty when nothing is left to be
   * seen.
   */
  public static Optional<String> ofLabel(String label) {
    String plain = HiddenCharacters.blankOut(label).strip();
    if (HiddenCharacters.areAllOf(plain)) {
      return Optional.empty();
    }
    if (plain.length() <= MAX_LENGTH) {
      return Optional.of(plain);
    }
    // Not through the middle of a character that takes two units.
    int end = Character.isHighSurrogate(plain.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
    return Optional.of(plain.substring(0, end).strip());
  }
}

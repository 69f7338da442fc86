package dev.bulwark.apikey.key;

import java.util.Locale;
import java.util.Optional;

/**
 * The type of the owner of a key. The names are stored and appear in REST: they are a data format.
 */
public enum OwnerType {
  USER,
  CLIENT;

  /** The stored and published name. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The type of a published name, empty for any other text. */
  public static Optional<OwnerType> of(String id) {
    for (OwnerType type : values()) {
      if (type.id().equals(id)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}

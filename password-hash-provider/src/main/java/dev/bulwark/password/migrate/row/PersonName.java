package dev.bulwark.password.migrate.row;

import org.jspecify.annotations.Nullable;

/**
 * A person's name in the two parts that Keycloak has; the claim {@code name} is both with a blank
 * between them.
 *
 * @param first null for none
 * @param last null for none
 */
public record PersonName(@Nullable String first, @Nullable String last) {

  /** Where a whole name is divided. */
  public enum Split {
    /** At its first blank: {@code Ann | van der Berg}. */
    FIRST,
    /** At its last blank: {@code Maria del Carmen | López}. */
    LAST,
    /** Not at all: it becomes the first name. */
    NONE
  }

  /**
   * Divides a whole name, so that both parts with a blank between them are the name again.
   *
   * @param whole without blanks at its ends
   */
  public static PersonName of(String whole, Split split) {
    int at =
        switch (split) {
          case FIRST -> whole.indexOf(' ');
          case LAST -> whole.lastIndexOf(' ');
          case NONE -> -1;
        };
    return at < 0
        ? new PersonName(whole, null)
        : new PersonName(whole.substring(0, at), whole.substring(at + 1));
  }

  /** How many of the two parts there are. */
  public int parts() {
    return (first == null ? 0 : 1) + (last == null ? 0 : 1);
  }
}

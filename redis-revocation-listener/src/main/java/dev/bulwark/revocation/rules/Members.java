package dev.bulwark.revocation.rules;

import org.jspecify.annotations.Nullable;

/**
 * Some of the users of a realm, by what they belong to.
 *
 * @param kind of what they belong to
 * @param id of the organization or user store; empty for {@link Kind#ORGANIZATIONS}
 */
public record Members(Kind kind, String id) {

  private static final int MAX_TEXT = 255;

  /** What users belong to. */
  public enum Kind {
    /** The members that one organization manages. */
    ORGANIZATION,
    /** The members that any organization of the realm manages. */
    ORGANIZATIONS,
    /** The users of a user store, imported or not, and users that are gone. */
    USER_STORE
  }

  /** The form in the database, at most 255 characters; null if it would be longer. */
  public @Nullable String text() {
    String text = kind + ":" + id;
    return text.length() > MAX_TEXT ? null : text;
  }

  /** Reads the form in the database; null, which stands for the whole realm, if it is unknown. */
  public static @Nullable Members of(@Nullable String text) {
    int colon = text == null ? -1 : text.indexOf(':');
    if (text == null || colon < 0) {
      return null;
    }
    for (Kind kind : Kind.values()) {
      if (kind.name().equals(text.substring(0, colon))) {
        return new Members(kind, text.substring(colon + 1));
      }
    }
    return null;
  }
}

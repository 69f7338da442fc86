package dev.bulwark.apikey.key;

/** Texts of a request that a database can look for: PostgreSQL rejects a query with NUL. */
public final class PlainText {

  /** Longest name or id of an owner in characters. */
  public static final int MAX_NAME = 255;

  private PlainText() {}

  /**
   * Whether a text can name an owner: 1 to 255 characters, not only blanks, no NUL. Keycloak
   * accepts other control characters in the id of a client.
   */
  public static boolean isName(String text) {
    return !text.isBlank() && text.length() <= MAX_NAME && text.indexOf('\0') < 0;
  }
}

package dev.bulwark.globalrevocation;

/** Texts of a request that a database can look for. */
final class PlainText {

  private static final int MAX_LENGTH = 255;

  /** What {@link #isPlain} accepts, for messages. */
  static final String RULE = "1 to " + MAX_LENGTH + " characters, no control characters";

  private PlainText() {}

  /** Whether a text is one. PostgreSQL rejects a query with NUL. */
  static boolean isPlain(String text) {
    return !text.isBlank()
        && text.length() <= MAX_LENGTH
        && text.chars().noneMatch(Character::isISOControl);
  }
}

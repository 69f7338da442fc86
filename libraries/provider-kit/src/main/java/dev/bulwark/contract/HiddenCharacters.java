package dev.bulwark.contract;

/**
 * Characters that nobody sees and that change how the text around them looks or is read: control
 * and format characters (Unicode's Cc and Cf; the latter turn the direction of a text round), the
 * separators of lines and paragraphs, and halves of characters. No text that somebody gives, and
 * that a page or a mail shows, has them.
 */
public final class HiddenCharacters {

  private HiddenCharacters() {}

  /** Whether a text has any. */
  public static boolean areIn(String text) {
    return text.codePoints().anyMatch(HiddenCharacters::isHidden);
  }

  /** The text with a blank in place of each. */
  public static String blankOut(String text) {
    return text.codePoints()
        .map(c -> isHidden(c) ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean isHidden(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}

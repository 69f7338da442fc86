package dev.bulwark.contract;

import java.util.Set;

/**
 * Characters that nobody sees and that change how the text around them looks or is read: control
 * and format characters (Unicode's Cc and Cf; the latter turn the direction of a text round), the
 * separators of lines and paragraphs, and halves of characters. No text that somebody gives, and
 * that a page or a mail shows, has them.
 */
public final class HiddenCharacters {

  /**
   * Letters and symbols that have no ink: the fillers of Hangul, the empty pattern of Braille, the
   * inherent vowels of Khmer, and the empty note head.
   */
  private static final Set<Integer> BLANK =
      Set.of(0x115f, 0x1160, 0x3164, 0xffa0, 0x2800, 0x17b4, 0x17b5, 0x1d159);

  private HiddenCharacters() {}

  /** Whether a text has any. */
  public static boolean areIn(String text) {
    return text.codePoints().anyMatch(HiddenCharacters::isHidden);
  }

  /**
   * Whether a text shows nothing: it has only hidden characters, blanks, letters without ink, and
   * marks that need a letter before them.
   */
  public static boolean areAllOf(String text) {
    return text.codePoints().noneMatch(HiddenCharacters::isVisible);
  }

  private static boolean isVisible(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.SPACE_SEPARATOR,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.UNASSIGNED ->
          false;
      default -> !isHidden(codePoint) && !BLANK.contains(codePoint);
    };
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

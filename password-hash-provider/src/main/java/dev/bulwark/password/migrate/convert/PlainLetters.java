package dev.bulwark.password.migrate.convert;

import java.text.Normalizer;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reduces a text to what some collations of MariaDB and MySQL compare: those with {@code _ai_ci}
 * compare the primary weights of Unicode's collation alone, and most marks have none.
 */
final class PlainLetters {

  /**
   * Marks that have a primary weight in the collations of Unicode 4 to 14, so that they are letters
   * to MariaDB: dependent vowels and viramas, and Latin and Cyrillic letters above another one.
   * Those above U+FFFF are left out.
   */
  private static final String LETTER_MARKS =
      "\u0363-\u036f\u07a6-\u07b0\u0816-\u0817\u081b\u093a-\u093b\u093e-\u094f"
          + "\u0955-\u0963\u09be-\u09e3\u0a3e-\u0a51\u0a75\u0abe-\u0ae3\u0b3e-\u0b4d"
          + "\u0b56-\u0b63\u0bbe-\u0bd7\u0c3e-\u0c63\u0cbe-\u0ce3\u0d3b-\u0d63\u0dca-\u0e3a"
          + "\u0eb1-\u0ebc\u0f71-\u0f7d\u0f80-\u0f81\u0f84\u0f8d-\u0fbc\u102b-\u1035"
          + "\u1039-\u108c\u108f-\u109d\u1712-\u1773\u17b6-\u17c5\u17d2\u1885-\u1938"
          + "\u1a17-\u1a73\u1abf-\u1ac0\u1acc-\u1ace\u1b35-\u1b44\u1ba1-\u1bad\u1be7-\u1c36"
          + "\u1dca\u1dd2-\u1df4\u2de0-\u2dff\ua674-\ua67b\ua69e-\ua69f\ua802-\ua806"
          + "\ua823-\ua82c\ua8b4-\ua8c4\ua8ff-\ua92a\ua947-\ua953\ua9b4-\uaabe\uaaeb-\uabea"
          + "\uabed";

  /**
   * Marks and signs of format without a primary weight. Some letters decompose into another letter
   * and such a mark, and are letters of their own to every collation: \u0439, Arabic letters with
   * hamza or madda, and the vowel "am" of Thai and Lao.
   */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(?<!\u0438)\u0306"
              + "|(?<![\u0627\u0648\u064a])[\u0653-\u0655]"
              + "|\u0e4d(?!\u0e32)|\u0ecd(?!\u0eb2)"
              + "|[\\p{M}\\p{Cf}&&[^\u0306\u0653-\u0655\u0e4d\u0ecd"
              + LETTER_MARKS
              + "]]");

  /** Letters that Unicode does not decompose, and what some collations take them for. */
  private static final Map<String, String> LETTERS =
      Map.ofEntries(
          Map.entry("\u00e6", "ae"),
          Map.entry("\u0153", "oe"),
          Map.entry("\u00f0", "d"),
          Map.entry("\u0111", "d"),
          Map.entry("\u0127", "h"),
          Map.entry("\u0131", "i"),
          Map.entry("\u0142", "l"),
          Map.entry("\u00f8", "o"),
          Map.entry("\u03c2", "\u03c3"),
          Map.entry("\u0491", "\u0433"));

  private static final String SHARP_S = "\u00df";

  private PlainLetters() {}

  /**
   * What collations may take a text for: one text, or two where it has a \u00df. Newer collations
   * take that for ss, {@code utf8mb4_general_ci} for s.
   *
   * @param text in lower case
   */
  static List<String> of(String text) {
    String decomposed = Normalizer.normalize(text, Normalizer.Form.NFKD);
    String plain = IGNORED.matcher(decomposed).replaceAll("");
    for (Map.Entry<String, String> letter : LETTERS.entrySet()) {
      plain = plain.replace(letter.getKey(), letter.getValue());
    }
    return plain.contains(SHARP_S)
        ? List.of(composed(plain.replace(SHARP_S, "ss")), composed(plain.replace(SHARP_S, "s")))
        : List.of(composed(plain));
  }

  private static String composed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }
}

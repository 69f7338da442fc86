package dev.bulwark.password.migrate.convert;

import java.text.Normalizer;
import java.util.regex.Pattern;

/**
 * Finds texts that differ in accents alone, which are equal to MariaDB and MySQL, and those that
 * differ in marks or in letters such as {@code \u0142} and {@code \u00df}, which are equal in some
 * of their collations ({@link PlainLetters}). Only texts with accents, marks or such letters take
 * memory of their own. Not thread-safe.
 */
final class AccentCollisions {

  /**
   * Marks that no collation with {@code _ci} tells apart: those of Latin and Greek, and the dots of
   * {@code \u0451}. Signs of other scripts that Unicode calls marks are letters to a collation: the
   * vowels of Hindi and Thai above all.
   */
  private static final Pattern ACCENTS =
      Pattern.compile("(?<!\\p{InCyrillic})\\p{InCombiningDiacriticalMarks}|(?<=\u0435)\u0308");

  private final SeenSet exact;
  private final SeenSet withoutAccents = new SeenSet();
  private final SeenSet withPlainLetters = new SeenSet();

  /**
   * Starts without texts with accents.
   *
   * @param exact all texts, each from the moment that it is added here
   */
  AccentCollisions(SeenSet exact) {
    this.exact = exact;
  }

  /**
   * The line of an earlier text that is equal to this one but for accents, or 0.
   *
   * @param text in lower case, not added yet
   */
  int line(String text) {
    return line(text, withoutAccents(text), withoutAccents);
  }

  /**
   * The line of an earlier text that is equal to this one in some collations, or 0.
   *
   * @param text in lower case, not added yet, without a line of its own
   */
  int possibleLine(String text) {
    for (String plain : PlainLetters.of(text)) {
      int collision = withPlainLetters.line(plain);
      if (collision == 0) {
        collision = line(text, plain, withoutAccents);
      }
      if (collision != 0) {
        return collision;
      }
    }
    return 0;
  }

  private int line(String text, String plain, SeenSet seen) {
    int collision = seen.line(plain);
    return collision != 0 || plain.equals(text) ? collision : exact.line(plain);
  }

  /**
   * Remembers a text.
   *
   * @param line where it is, from 1
   */
  void add(String text, long line) {
    String plain = withoutAccents(text);
    if (!plain.equals(text)) {
      withoutAccents.add(plain, line);
    }
    for (String plainer : PlainLetters.of(text)) {
      if (!plainer.equals(plain)) {
        withPlainLetters.add(plainer, line);
      }
    }
  }

  private static String withoutAccents(String text) {
    String decomposed = Normalizer.normalize(text, Normalizer.Form.NFD);
    return Normalizer.normalize(ACCENTS.matcher(decomposed).replaceAll(""), Normalizer.Form.NFC);
  }
}

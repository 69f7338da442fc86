package dev.bulwark.password.migrate.convert;

import java.text.Normalizer;
import java.util.regex.Pattern;

/**
 * Finds texts that differ in accents alone, which are equal to MariaDB and MySQL. Only texts with
 * accents take memory of their own. Not thread-safe.
 */
final class AccentTwins {

  private static final Pattern MARKS = Pattern.compile("\\p{M}+");

  private final SeenSet exact;
  private final SeenSet withoutAccents = new SeenSet();

  /**
   * Starts without texts with accents.
   *
   * @param exact all texts, each from the moment that it is added here
   */
  AccentTwins(SeenSet exact) {
    this.exact = exact;
  }

  /**
   * The line of an earlier text that is equal to this one but for accents, or 0.
   *
   * @param text in lower case, not added yet
   */
  int line(String text) {
    String plain = plain(text);
    int twin = withoutAccents.line(plain);
    return twin != 0 || plain.equals(text) ? twin : exact.line(plain);
  }

  /**
   * Remembers a text.
   *
   * @param line where it is, from 1
   */
  void add(String text, long line) {
    String plain = plain(text);
    if (!plain.equals(text)) {
      withoutAccents.add(plain, line);
    }
  }

  private static String plain(String text) {
    String decomposed = Normalizer.normalize(text, Normalizer.Form.NFKD);
    return MARKS.matcher(decomposed).replaceAll("").replace("\u00df", "ss");
  }
}

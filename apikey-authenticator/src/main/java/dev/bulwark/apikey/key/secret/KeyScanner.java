package dev.bulwark.apikey.key.secret;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds keys in any text, as secret scanners do: first by the regular expression, then by the
 * checksum, which leaves no look-alikes but one in 56 billion.
 */
public final class KeyScanner {

  private final Pattern candidate;

  /**
   * Makes a scanner.
   *
   * @param prefix the prefix of the realm's keys, without underscore
   * @throws IllegalArgumentException when no realm may have the prefix
   */
  public KeyScanner(String prefix) {
    if (!ApiKeyFormat.isPrefix(prefix)) {
      throw new IllegalArgumentException(
          "prefix must be 2 to 16 lower-case letters and digits, a letter first");
    }
    candidate = Pattern.compile(expression(prefix));
  }

  /** The regular expression of a prefix, for other scanners: RE2 understands it too. */
  public static String expression(String prefix) {
    return "\\b" + prefix + "_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}";
  }

  /**
   * A place in a text that looks like a key.
   *
   * @param column of its first character, from 1
   * @param visible what may be shown of it
   * @param wellFormed whether the checksum is right: a key, and not a look-alike
   */
  public record Find(int column, String visible, boolean wellFormed) {}

  /** All places in a line that look like keys. */
  public List<Find> scan(String line) {
    List<Find> finds = new ArrayList<>();
    Matcher matcher = candidate.matcher(line);
    int from = 0;
    while (from <= line.length() && matcher.find(from)) {
      String found = matcher.group();
      boolean wellFormed =
          !continues(line, matcher.end())
              && ApiKeyFormat.classify(found, found.substring(0, found.indexOf('_')))
                  == ApiKeyFormat.Kind.CHECKED;
      finds.add(new Find(matcher.start() + 1, ApiKeyFormat.visiblePart(found), wellFormed));
      // A look-alike may overlap a key that begins inside it.
      from = wellFormed ? matcher.end() : matcher.start() + 1;
    }
    return finds;
  }

  /** Whether the text goes on with a character that keys have: then it is something longer. */
  private static boolean continues(String line, int end) {
    if (end >= line.length()) {
      return false;
    }
    char next = line.charAt(end);
    return next < 128 && (Character.isLetterOrDigit(next) || next == '-' || next == '_');
  }
}

package dev.bulwark.notify;

import dev.bulwark.contract.HiddenCharacters;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Text of a request in a mail: the name that somebody gave to a key, the browser as it calls
 * itself. Whoever uses somebody else's session chooses it, and mail programs make links of
 * addresses: such text is left out.
 */
final class ShownText {

  static final int MAX_LENGTH = 100;

  private static final Pattern LINK =
      Pattern.compile("://|@|\\bwww\\.|\\.\\p{L}{2,}/", Pattern.CASE_INSENSITIVE);

  private ShownText() {}

  /**
   * The text, cut to {@value #MAX_LENGTH} characters; null where it could be a link, or is null.
   */
  static @Nullable String of(@Nullable String text) {
    if (text == null
        || text.isBlank()
        || HiddenCharacters.areIn(text)
        || LINK.matcher(text).find()) {
      return null;
    }
    return text.codePointCount(0, text.length()) <= MAX_LENGTH
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MAX_LENGTH - 1)) + "…";
  }
}

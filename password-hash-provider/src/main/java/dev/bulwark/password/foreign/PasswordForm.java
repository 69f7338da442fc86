package dev.bulwark.password.foreign;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The form of a password that another application hashed instead of the text that its user typed. A
 * stored hash names it in its parameters, so that the hasher applies it before it verifies. The
 * names are a data format.
 */
public enum PasswordForm {
  /** The text itself. No stored hash names it. */
  AS_TYPED,

  /** Unicode's normalization form of this name. */
  NFC,

  /** Unicode's normalization form of this name. */
  NFD,

  /** Unicode's normalization form of this name. */
  NFKC,

  /** Unicode's normalization form of this name: the default of Flask-Security. */
  NFKD,

  /** What phpBB's class {@code request} makes of a field: escaped as HTML, then normalized. */
  PHPBB,

  /** WordPress adds backslashes to all that a form sends, and removes blanks at both ends. */
  WORDPRESS;

  /** The parameter of a stored hash. */
  public static final String PARAMETER = "passwordForm";

  /**
   * Characters of a password that gets a form. The time to order combining characters grows with
   * the square of their number, and a login form takes 128 KiB from anybody.
   */
  static final int MAX_LENGTH = 4096;

  /** The characters that PHP's {@code trim} removes. */
  private static final String PHP_BLANKS = " \t\n\r\0\u000B";

  /**
   * The form that a stored hash names.
   *
   * @param parameters of the hash
   * @throws UnusableHashException for a form that is unknown
   */
  public static PasswordForm of(Map<String, String> parameters) {
    String name = parameters.getOrDefault(PARAMETER, AS_TYPED.name());
    return Arrays.stream(values())
        .filter(form -> form.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new UnusableHashException("its form of the password is unknown"));
  }

  /** Whether a stored hash names a form: no hash of this server does. */
  public static boolean isIn(Map<String, String> parameters) {
    return parameters.containsKey(PARAMETER);
  }

  /**
   * The text to hash. A password of more than 4,096 characters stays as it is.
   *
   * @param password as typed
   */
  public String apply(String password) {
    if (password.length() > MAX_LENGTH) {
      return password;
    }
    return switch (this) {
      case AS_TYPED -> password;
      case NFC -> Normalizer.normalize(password, Normalizer.Form.NFC);
      case NFD -> Normalizer.normalize(password, Normalizer.Form.NFD);
      case NFKC -> Normalizer.normalize(password, Normalizer.Form.NFKC);
      case NFKD -> Normalizer.normalize(password, Normalizer.Form.NFKD);
      case PHPBB -> Normalizer.normalize(escapedAsHtml(password), Normalizer.Form.NFC);
      case WORDPRESS -> trimmed(withBackslashes(password));
    };
  }

  /** The hash, which names this form from now on. */
  public StoredHash write(StoredHash hash) {
    if (this == AS_TYPED) {
      return hash;
    }
    Map<String, String> parameters = new HashMap<>(hash.parameters());
    parameters.put(PARAMETER, name());
    return new StoredHash(
        hash.algorithm(), hash.iterations(), Map.copyOf(parameters), hash.value(), hash.salt());
  }

  private static String escapedAsHtml(String text) {
    return text.replace("&", "&amp;")
        .replace("\"", "&quot;")
        .replace("<", "&lt;")
        .replace(">", "&gt;");
  }

  private static String withBackslashes(String text) {
    return text.replace("\\", "\\\\")
        .replace("'", "\\'")
        .replace("\"", "\\\"")
        .replace("\0", "\\0");
  }

  private static String trimmed(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && PHP_BLANKS.indexOf(text.charAt(start)) >= 0) {
      start++;
    }
    while (end > start && PHP_BLANKS.indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return text.substring(start, end);
  }
}

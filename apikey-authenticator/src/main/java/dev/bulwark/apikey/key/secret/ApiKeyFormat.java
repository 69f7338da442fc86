package dev.bulwark.apikey.key.secret;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The written form of a key: {@code <prefix>_}, 43 URL-safe base64 characters (256 bits) and six
 * base62 characters with the CRC32 of everything before them. A scanner can therefore tell a leaked
 * key from a look-alike, and a mistyped key costs no look-up.
 */
public final class ApiKeyFormat {

  /** The prefix used unless a realm chooses another. */
  public static final String DEFAULT_PREFIX = "atk";

  /** The longest key that is looked at; anything longer is rejected unread. */
  public static final int MAX_LENGTH = 256;

  /** The shortest key of another application that is looked up. */
  public static final int MIN_FOREIGN_LENGTH = 16;

  /** From this length on a key of another application counts as one that nobody guesses. */
  static final int LONG_FOREIGN_LENGTH = 32;

  /** Characters of the random part that may be shown to recognize a key by. */
  private static final int VISIBLE = 6;

  private static final int RANDOM_LENGTH = 43;
  private static final int CHECKSUM_LENGTH = 6;
  private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9]{1,15}");

  private ApiKeyFormat() {}

  /** What a presented string looks like. */
  public enum Kind {
    /** Form of keys of this module with any prefix, checksum right. */
    CHECKED,
    /** Own prefix and 43 characters without a checksum: the form of earlier applications. */
    UNCHECKED,
    /** Printable, of a length that a key of another application may have. */
    FOREIGN,
    /** Own form, checksum or a character wrong: mistyped, invented, or of another application. */
    BAD_CHECKSUM,
    /** Own prefix and another length than own keys have: mistyped, or of another application. */
    ODD_LENGTH,
    /** No key at all: empty, too long, or with characters that no key has. */
    MALFORMED
  }

  /** Whether a realm may use this prefix: 2 to 16 lower-case letters and digits. */
  public static boolean isPrefix(String prefix) {
    return PREFIX.matcher(prefix).matches();
  }

  /**
   * Tells what a presented string looks like, without a look-up.
   *
   * @param key as sent by the caller; may be anything
   * @param prefix the prefix of the realm's keys, without underscore
   */
  public static Kind classify(String key, String prefix) {
    int length = key.length();
    if (length == 0 || length > MAX_LENGTH) {
      return Kind.MALFORMED;
    }
    for (int i = 0; i < length; i++) {
      char c = key.charAt(i);
      if (c <= ' ' || c > '~') {
        return Kind.MALFORMED;
      }
    }
    if (hasPrefix(key, prefix) || hasPrefix(key, DEFAULT_PREFIX)) {
      int random = length - key.indexOf('_') - 1;
      if (random == RANDOM_LENGTH + CHECKSUM_LENGTH) {
        return isUrlSafe(key, length - random) && checksumMatches(key)
            ? Kind.CHECKED
            : Kind.BAD_CHECKSUM;
      }
      if (random == RANDOM_LENGTH) {
        return Kind.UNCHECKED;
      }
      return length < MIN_FOREIGN_LENGTH ? Kind.MALFORMED : Kind.ODD_LENGTH;
    }
    if (isCheckedWithAnyPrefix(key)) {
      return Kind.CHECKED;
    }
    return length < MIN_FOREIGN_LENGTH ? Kind.MALFORMED : Kind.FOREIGN;
  }

  /** Keys continue to work when the realm changes its prefix, so each prefix may have been its. */
  private static boolean isCheckedWithAnyPrefix(String key) {
    int end = key.indexOf('_');
    return end > 0
        && key.length() - end - 1 == RANDOM_LENGTH + CHECKSUM_LENGTH
        && isPrefix(key.substring(0, end))
        && isUrlSafe(key, end + 1)
        && checksumMatches(key);
  }

  /**
   * Whether somebody could guess the key by trying: an imported key of another application with
   * fewer than {@value #LONG_FOREIGN_LENGTH} characters.
   *
   * @param kind of {@link #classify}
   */
  public static boolean isGuessable(Kind kind, String key) {
    return (kind == Kind.FOREIGN || kind == Kind.ODD_LENGTH) && key.length() < LONG_FOREIGN_LENGTH;
  }

  /** Puts a key together from its prefix and random part. */
  static String format(String prefix, String random) {
    String body = prefix + '_' + random;
    return body + checksum(body);
  }

  /** The six characters that follow {@code body}. */
  static String checksum(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    return Base62.encode(crc.getValue(), CHECKSUM_LENGTH);
  }

  /**
   * The part of a key that may be shown: its prefix and the first six random characters (36 of 256
   * bits).
   */
  public static String visiblePart(String key) {
    int start = key.indexOf('_') + 1;
    return key.substring(0, Math.min(key.length(), start + VISIBLE));
  }

  /** Whether all characters from {@code start} on are letters, digits, hyphens or underscores. */
  private static boolean isUrlSafe(String key, int start) {
    for (int i = start; i < key.length(); i++) {
      char c = key.charAt(i);
      if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')
          && c != '-'
          && c != '_') {
        return false;
      }
    }
    return true;
  }

  private static boolean checksumMatches(String key) {
    int split = key.length() - CHECKSUM_LENGTH;
    return checksum(key.substring(0, split)).equals(key.substring(split));
  }

  private static boolean hasPrefix(String key, String prefix) {
    return key.length() > prefix.length()
        && key.charAt(prefix.length()) == '_'
        && key.startsWith(prefix);
  }
}

package dev.bulwark.apikey.key.secret;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * SHA-256 of a key in lower-case hexadecimal, the only form that is ever stored. A key has 256 bits
 * of entropy, so a slow or salted hash would add cost and no safety.
 */
public final class KeyHash {

  private static final int LENGTH = 64;

  private KeyHash() {}

  /** The hash of a presented key. */
  public static String of(String key) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Whether the string is the hexadecimal form of a SHA-256 hash, in either case. */
  public static boolean isHash(String hash) {
    return hash.length() == LENGTH && hash.chars().allMatch(HexFormat::isHexDigit);
  }

  /** The stored form of an imported hash. */
  public static String normalize(String hash) {
    return hash.toLowerCase(Locale.ROOT);
  }

  /** Compares two hashes without telling by time where they differ. */
  public static boolean matches(String left, String right) {
    return MessageDigest.isEqual(
        left.getBytes(StandardCharsets.US_ASCII), right.getBytes(StandardCharsets.US_ASCII));
  }
}

package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.UnusableHashException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.crypto.generators.BCrypt;

/**
 * One bcrypt hash as OpenBSD and crypt_blowfish define it, over BouncyCastle's core function.
 *
 * <ul>
 *   <li>The key is the password and one NUL, cut at 72 bytes: longer passwords count with their
 *       first 72 bytes only, as in every library that made such hashes. NUL bytes in a password
 *       count as any other byte, as in Python's bcrypt.
 *   <li>{@code $2a$}, {@code $2b$} and {@code $2y$} are the same function.
 *   <li>{@code $2x$} is crypt_blowfish before 1.1 (CVE-2011-2483): a byte above 0x7F sets all bits
 *       of its word that are above it.
 *   <li>{@code $2$} has no NUL at the end.
 * </ul>
 */
@SuppressWarnings("ArrayRecordComponent") // private to the package, never compared
public record Bcrypt(String version, int cost, byte[] salt, byte[] hash) {

  /** bcrypt works on 4 KiB. */
  static final int MEMORY_KIB = 4;

  private static final int MIN_COST = 4;
  private static final int MAX_COST = 31;
  private static final int MAX_KEY = 72;
  private static final int SALT_CHARS = 22;

  // bcrypt's own order of the 64 characters, and the standard one.
  private static final String BCRYPT_ALPHABET =
      "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  private static final String BASE64_ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  /**
   * Reads the parts of the text form.
   *
   * @param version {@code 2}, {@code 2a}, {@code 2b}, {@code 2x} or {@code 2y}
   * @param cost digits
   * @param saltAndHash 22 characters of salt and 31 of hash
   * @throws UnusableHashException when the cost is out of range or over the limit
   */
  public static Bcrypt of(String version, String cost, String saltAndHash, CostLimits limits) {
    return new Bcrypt(
        version,
        checkedCost(cost, limits),
        decode(saltAndHash.substring(0, SALT_CHARS)),
        decode(saltAndHash.substring(SALT_CHARS)));
  }

  /** The cost as a number, when it is one that bcrypt knows and the limits allow. */
  public static int checkedCost(String digits, CostLimits limits) {
    int cost = Integer.parseInt(digits);
    if (cost < MIN_COST || cost > MAX_COST) {
      throw new UnusableHashException(
          "its bcrypt cost is not within " + MIN_COST + ".." + MAX_COST);
    }
    limits.checkBcryptCost(cost);
    return cost;
  }

  /** Compares in constant time. */
  public boolean matches(byte[] password) {
    byte[] key = key(password);
    if (key.length == 0) {
      // Only $2$ with an empty password, which no library could hash.
      return false;
    }
    byte[] computed;
    try {
      computed = BCrypt.generate(key, salt, cost);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
    // The last of the 24 bytes is in no text form.
    byte[] compared = Arrays.copyOf(computed, hash.length);
    try {
      return MessageDigest.isEqual(compared, hash);
    } finally {
      Arrays.fill(computed, (byte) 0);
      Arrays.fill(compared, (byte) 0);
    }
  }

  private byte[] key(byte[] password) {
    return switch (version) {
      case "2" -> Arrays.copyOf(password, Math.min(password.length, MAX_KEY));
      case "2x" -> signExtended(password);
      default -> Arrays.copyOf(password, Math.min(password.length + 1, MAX_KEY));
    };
  }

  /**
   * The 18 words that the key schedule of old crypt_blowfish makes of a password, as the 72 bytes
   * from which the right key schedule makes the same words.
   */
  private static byte[] signExtended(byte[] password) {
    byte[] words = new byte[MAX_KEY];
    int next = 0;
    for (int i = 0; i < MAX_KEY; i += Integer.BYTES) {
      int word = 0;
      for (int j = 0; j < Integer.BYTES; j++) {
        // The bug: the character is signed.
        word = (word << 8) | (next < password.length ? password[next] : 0);
        next = next < password.length ? next + 1 : 0;
      }
      words[i] = (byte) (word >>> 24);
      words[i + 1] = (byte) (word >>> 16);
      words[i + 2] = (byte) (word >>> 8);
      words[i + 3] = (byte) word;
    }
    return words;
  }

  private static byte[] decode(String text) {
    StringBuilder standard = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      standard.append(BASE64_ALPHABET.charAt(BCRYPT_ALPHABET.indexOf(text.charAt(i))));
    }
    return Base64.getDecoder().decode(standard.toString());
  }
}

package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * phpass, the "portable hashes" of PHP applications: {@code $P$} (WordPress before 6.8) and {@code
 * $H$} (phpBB 3) with MD5, {@code $S$} (Drupal 7) with SHA-512, of which Drupal keeps 43
 * characters. A {@code U} before it stands for a password that Drupal has hashed with MD5 first, as
 * it did with those of Drupal 6. Source: phpass 0.5 and Drupal's {@code includes/password.inc}.
 */
public final class PhpassVerifier implements TextVerifier {

  private static final String ALPHABET =
      "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final String C = "[./0-9A-Za-z]";

  /** Two groups: the old hash below it, and the setting. */
  private static final Pattern TEXT =
      Pattern.compile("(U)?(\\$([PHS])\\$(" + C + ")(" + C + "{8}))(" + C + "{22}|" + C + "{43})");

  private static final int MIN_LOG = 7;
  private static final int MAX_LOG = 30;

  /**
   * Bytes. phpass and WordPress refuse more; without a bound, a long one would be read in every
   * round.
   */
  static final int MAX_PASSWORD = 4096;

  /**
   * Each round reads the whole password. With a short one it computes one block of the digest, and
   * rounds times blocks may be this many times the limit on iterations.
   */
  private static final int MAX_BLOCKS = 4;

  @Override
  public String algorithm() {
    return Algorithms.PHPASS;
  }

  @Override
  public Pattern text() {
    return TEXT;
  }

  @Override
  public String label() {
    return "phpass";
  }

  @Override
  public List<String> prefixes() {
    return List.of("$P$", "$H$", "$S$", "U$");
  }

  /** The rounds. */
  @Override
  public int checkedCost(Matcher text, CostLimits limits) {
    int log = ALPHABET.indexOf(text.group(4));
    if (log < MIN_LOG || log > MAX_LOG) {
      throw new UnusableHashException("its rounds are not within 2^" + MIN_LOG + "..2^" + MAX_LOG);
    }
    boolean sha512 = text.group(3).equals("S");
    if (text.group(6).length() != (sha512 ? 43 : 22)) {
      throw new UnusableHashException("its hash is not of the right length");
    }
    limits.checkIterations(1 << log);
    return 1 << log;
  }

  @Override
  public Verification prepare(StoredHash stored, CostLimits limits) {
    Matcher text = TEXT.matcher(stored.value());
    if (!text.matches()) {
      throw new UnusableHashException("it is no well-formed phpass hash");
    }
    int rounds = checkedCost(text, limits);
    boolean sha512 = text.group(3).equals("S");
    String digest = sha512 ? "SHA-512" : "MD5";
    long mostWork = (long) MAX_BLOCKS * limits.iterations();
    boolean doubled = text.group(1) != null;
    byte[] salt = ascii(text.group(5));
    byte[] expected = ascii(text.group(6));
    return new Verification() {
      @Override
      public int memory() {
        return 1;
      }

      @Override
      public boolean matches(byte[] password) {
        if (password.length > MAX_PASSWORD) {
          return false;
        }
        byte[] key = doubled ? hexOfMd5(password) : password.clone();
        if (rounds * blocks(key.length, sha512) > mostWork) {
          Arrays.fill(key, (byte) 0);
          return false;
        }
        try {
          byte[] computed = encode(hash(digest, salt, key, rounds));
          return MessageDigest.isEqual(Arrays.copyOf(computed, expected.length), expected);
        } finally {
          Arrays.fill(key, (byte) 0);
        }
      }
    };
  }

  /** What a round reads is the hash before it, the key, and the digest's own end of a message. */
  private static long blocks(long keyLength, boolean sha512) {
    int block = sha512 ? 128 : 64;
    int others = sha512 ? 64 + 17 : 16 + 9;
    return (keyLength + others + block - 1) / block;
  }

  private static byte[] hash(String algorithm, byte[] salt, byte[] key, int rounds) {
    MessageDigest digest = digest(algorithm);
    digest.update(salt);
    byte[] hash = digest.digest(key);
    for (int i = 0; i < rounds; i++) {
      digest.update(hash);
      hash = digest.digest(key);
    }
    return hash;
  }

  /** Six bits a character, the lowest first. */
  private static byte[] encode(byte[] hash) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < hash.length; i += 3) {
      int bytes = Math.min(3, hash.length - i);
      int value = 0;
      for (int j = 0; j < bytes; j++) {
        value |= (hash[i + j] & 0xFF) << (8 * j);
      }
      for (int j = 0; j <= bytes; j++) {
        text.append(ALPHABET.charAt(value >> (6 * j) & 0x3F));
      }
    }
    return ascii(text.toString());
  }

  private static byte[] hexOfMd5(byte[] password) {
    return ascii(HexFormat.of().formatHex(digest("MD5").digest(password)));
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

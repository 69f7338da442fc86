package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 crypt ({@code $5$}) and SHA-512 crypt ({@code $6$}), of crypt(3) and passlib. Its time
 * grows with the length of the password in each round, and besides with the square of that length;
 * so a password of more than {@value #MAX_PASSWORD} bytes matches no hash, and nothing is computed.
 */
public final class ShaCryptVerifier implements PasswordVerifier {

  private static final String C = "[./A-Za-z0-9]";

  /** Where the text names none. */
  private static final int DEFAULT_ROUNDS = 5000;

  /**
   * Bytes. libxcrypt's crypt(3) refuses 512 and more. Others made hashes of longer passwords (glibc
   * had no limit, passlib's is 4096 characters), but a login form takes 128 KiB from anybody, which
   * would hold a permit for minutes.
   */
  static final int MAX_PASSWORD = 512;

  private interface Crypt {
    String hash(byte[] password, String setting);
  }

  private final String algorithm;
  private final Pattern text;
  private final Crypt crypt;

  private ShaCryptVerifier(String algorithm, char id, int hashLength, Crypt crypt) {
    this.algorithm = algorithm;
    this.text =
        Pattern.compile(
            "(\\$"
                + id
                + "\\$(?:rounds=([1-9]\\d{0,8})\\$)?"
                + C
                + "{1,16})\\$"
                + C
                + "{"
                + hashLength
                + "}");
    this.crypt = crypt;
  }

  // No method references: bulwark-migrate lists the verifiers without commons-codec.

  /** For {@code $5$}. */
  public static ShaCryptVerifier sha256() {
    return new ShaCryptVerifier(
        Algorithms.SHA256_CRYPT,
        '5',
        43,
        (password, setting) -> Sha2Crypt.sha256Crypt(password, setting));
  }

  /** For {@code $6$}. */
  public static ShaCryptVerifier sha512() {
    return new ShaCryptVerifier(
        Algorithms.SHA512_CRYPT,
        '6',
        86,
        (password, setting) -> Sha2Crypt.sha512Crypt(password, setting));
  }

  @Override
  public String algorithm() {
    return algorithm;
  }

  @Override
  public Verification prepare(StoredHash stored, CostLimits limits) {
    Matcher matcher = text.matcher(stored.value());
    if (!matcher.matches()) {
      throw new UnusableHashException("it is no well-formed " + algorithm + " hash");
    }
    @Nullable String rounds = matcher.group(2);
    limits.checkIterations(rounds == null ? DEFAULT_ROUNDS : Integer.parseInt(rounds));
    String setting = matcher.group(1);
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
        if (containsNul(password)) {
          // crypt(3) cannot take such a password and passlib refuses it: it cannot have been set.
          return false;
        }
        byte[] copy = password.clone();
        try {
          String computed = crypt.hash(copy, setting);
          return MessageDigest.isEqual(ascii(computed), ascii(stored.value()));
        } finally {
          Arrays.fill(copy, (byte) 0);
        }
      }
    };
  }

  private static boolean containsNul(byte[] password) {
    for (byte b : password) {
      if (b == 0) {
        return true;
      }
    }
    return false;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

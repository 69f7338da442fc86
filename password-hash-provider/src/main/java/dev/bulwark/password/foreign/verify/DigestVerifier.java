package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * One computation of MD5, SHA-1, SHA-256 or SHA-512, with or without a salt: of LDAP directories
 * and of applications that never had a password hash. An attacker with such hashes finds most
 * passwords. The first login replaces the hash, as with every other format.
 */
public final class DigestVerifier implements PasswordVerifier {

  /** Key of the parameter with the digest's name. */
  public static final String DIGEST = "digest";

  /** Key of the parameter with one of the orders below. */
  public static final String ORDER = "order";

  /** The digest of password and salt. */
  public static final String PASSWORD_SALT = "password-salt";

  /**
   * The digest of salt and password (Django), or HMAC with the salt as its key (Werkzeug): both
   * libraries write {@code sha1$salt$hash}.
   */
  public static final String SALT_PASSWORD = "salt-password";

  private static final Map<String, Integer> LENGTHS =
      Map.of("MD5", 16, "SHA-1", 20, "SHA-256", 32, "SHA-512", 64);

  @Override
  public String algorithm() {
    return Algorithms.MESSAGE_DIGEST;
  }

  /** The bytes of a digest; null for an unknown one. */
  public static @Nullable Integer length(String digest) {
    return LENGTHS.get(digest);
  }

  @Override
  public Verification prepare(StoredHash stored, CostLimits limits) {
    String digest = stored.parameters().getOrDefault(DIGEST, "");
    String order = stored.parameters().getOrDefault(ORDER, "");
    Integer length = length(digest);
    if (length == null || !order.equals(PASSWORD_SALT) && !order.equals(SALT_PASSWORD)) {
      throw new UnusableHashException("its digest is unknown");
    }
    byte[] expected;
    try {
      expected = Base64.getDecoder().decode(stored.value());
    } catch (IllegalArgumentException e) {
      throw new UnusableHashException("its hash is malformed");
    }
    if (expected.length != length) {
      throw new UnusableHashException("its hash is not of " + length + " bytes");
    }
    byte[] salt = stored.salt();
    return new Verification() {
      @Override
      public int memory() {
        return 1;
      }

      @Override
      public boolean matches(byte[] password) {
        if (order.equals(PASSWORD_SALT)) {
          return MessageDigest.isEqual(digest(digest, password, salt), expected);
        }
        return MessageDigest.isEqual(digest(digest, salt, password), expected)
            | (salt.length > 0 && MessageDigest.isEqual(hmac(digest, salt, password), expected));
      }
    };
  }

  private static byte[] digest(String algorithm, byte[] first, byte[] second) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      digest.update(first);
      return digest.digest(second);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }

  private static byte[] hmac(String digest, byte[] salt, byte[] password) {
    String algorithm = "Hmac" + digest.replace("-", "");
    byte[] key = Arrays.copyOf(salt, salt.length);
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      return mac.doFinal(password);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }
}

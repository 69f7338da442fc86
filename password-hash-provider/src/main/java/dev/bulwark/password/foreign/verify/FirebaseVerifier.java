package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.ScryptParameters;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.SCrypt;

/**
 * Firebase's scrypt: the project's signer key, encrypted by AES-256-CTR with what scrypt derives
 * from the password. The text form is this bundle's own, since Firebase exports the parts apart:
 * {@code $firebase-scrypt$ROUNDS$MEMCOST$SALT$SEPARATOR$SIGNERKEY$HASH}, the last four in Base64.
 * Source: the README of {@code github.com/firebase/scrypt}.
 */
public final class FirebaseVerifier implements TextVerifier {

  private static final String B64 = "([A-Za-z0-9+/_-]+={0,2})";

  /** Groups: rounds, memory cost, salt, separator, signer key, hash. */
  private static final Pattern TEXT =
      Pattern.compile(
          "\\$firebase-scrypt\\$(\\d{1,2})\\$(\\d{1,2})\\$"
              + B64
              + "\\$([A-Za-z0-9+/_-]*={0,2})\\$"
              + B64
              + "\\$"
              + B64);

  private static final int KEY_BYTES = 32;
  private static final int BLOCK_BYTES = 16;
  private static final int MAX_LOG = 30;

  @Override
  public String algorithm() {
    return Algorithms.FIREBASE_SCRYPT;
  }

  @Override
  public Pattern text() {
    return TEXT;
  }

  @Override
  public String label() {
    return "Firebase";
  }

  @Override
  public List<String> prefixes() {
    return List.of("$firebase-scrypt$");
  }

  @Override
  public int checkedCost(Matcher text, CostLimits limits) {
    return checkedParameters(text, limits).n();
  }

  public static ScryptParameters checkedParameters(Matcher text, CostLimits limits) {
    int log = Integer.parseInt(text.group(2));
    if (log < 1 || log > MAX_LOG) {
      throw new UnusableHashException("its memory cost is not within 1.." + MAX_LOG);
    }
    ScryptParameters parameters =
        new ScryptParameters(1 << log, Integer.parseInt(text.group(1)), 1, KEY_BYTES);
    parameters.check(limits);
    CostLimits.checkSalt(salt(text).length);
    if (base64(text.group(6)).length != base64(text.group(5)).length) {
      throw new UnusableHashException("its hash is not as long as the signer key");
    }
    return parameters;
  }

  @Override
  public Verification prepare(StoredHash stored, CostLimits limits) {
    Matcher text = TEXT.matcher(stored.value());
    if (!text.matches()) {
      throw new UnusableHashException("it is no well-formed Firebase hash");
    }
    ScryptParameters parameters = checkedParameters(text, limits);
    byte[] salt = salt(text);
    byte[] signerKey = base64(text.group(5));
    byte[] expected = base64(text.group(6));
    return new Verification() {
      @Override
      public int memory() {
        return (int) parameters.memory();
      }

      @Override
      public int heap() {
        return (int) parameters.heap();
      }

      @Override
      public boolean matches(byte[] password) {
        byte[] key =
            SCrypt.generate(
                password, salt, parameters.n(), parameters.r(), parameters.p(), KEY_BYTES);
        try {
          return MessageDigest.isEqual(encrypt(key, signerKey), expected);
        } finally {
          Arrays.fill(key, (byte) 0);
        }
      }
    };
  }

  private static byte[] salt(Matcher text) {
    return joined(base64(text.group(3)), base64(text.group(4)));
  }

  private static byte[] encrypt(byte[] key, byte[] text) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(key, "AES"),
          new IvParameterSpec(new byte[BLOCK_BYTES]));
      return cipher.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES", e);
    }
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** Firebase writes both alphabets. */
  private static byte[] base64(String text) {
    try {
      return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
    } catch (IllegalArgumentException e) {
      throw new UnusableHashException("its Base64 is malformed");
    }
  }
}

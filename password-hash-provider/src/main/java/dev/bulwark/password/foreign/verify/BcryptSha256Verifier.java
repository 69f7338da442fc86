package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * bcrypt over a digest of the password, which lifts bcrypt's limit of 72 bytes. Three forms, each
 * recognized by its text:
 *
 * <ul>
 *   <li>passlib version 2 ({@code $bcrypt-sha256$v=2,t=2b,r=12$salt$hash}): Base64 of HMAC-SHA-256
 *       keyed with the salt's text
 *   <li>passlib version 1 ({@code $bcrypt-sha256$2b,12$salt$hash}): Base64 of SHA-256
 *   <li>Django ({@code bcrypt_sha256$$2b$12$…}): lower-case hexadecimal of SHA-256
 * </ul>
 */
public final class BcryptSha256Verifier implements PasswordVerifier {

  private static final byte[] HEX = ascii("0123456789abcdef");
  private static final String C = "[./A-Za-z0-9]";
  private static final Pattern DJANGO =
      Pattern.compile("bcrypt_sha256\\$\\$(2[abxy])\\$(\\d\\d)\\$(" + C + "{53})");
  private static final Pattern PASSLIB =
      Pattern.compile(
          "\\$bcrypt-sha256\\$(v=2,t=)?(2[aby]),(?:r=)?(\\d{1,2})\\$("
              + C
              + "{22})\\$("
              + C
              + "{31})");

  @Override
  public String algorithm() {
    return Algorithms.BCRYPT_SHA256;
  }

  @Override
  public Verification prepare(StoredHash stored, CostLimits limits) {
    Matcher django = DJANGO.matcher(stored.value());
    if (django.matches()) {
      return verification(
          Bcrypt.of(django.group(1), django.group(2), django.group(3), limits),
          password -> encoded(sha256(password), BcryptSha256Verifier::hex));
    }
    Matcher passlib = PASSLIB.matcher(stored.value());
    if (!passlib.matches()) {
      throw new UnusableHashException("it is no well-formed bcrypt_sha256 hash");
    }
    @Nullable String version2 = passlib.group(1);
    String salt = passlib.group(4);
    return verification(
        Bcrypt.of(passlib.group(2), passlib.group(3), salt + passlib.group(5), limits),
        version2 == null
            ? password -> encoded(sha256(password), Base64.getEncoder()::encode)
            : password -> encoded(hmacSha256(ascii(salt), password), Base64.getEncoder()::encode));
  }

  private static Verification verification(Bcrypt bcrypt, UnaryOperator<byte[]> digest) {
    return new Verification() {
      @Override
      public int memory() {
        return Bcrypt.MEMORY_KIB;
      }

      @Override
      public boolean matches(byte[] password) {
        byte[] digested = digest.apply(password);
        try {
          return bcrypt.matches(digested);
        } finally {
          Arrays.fill(digested, (byte) 0);
        }
      }
    };
  }

  /** Wipes the digest: bcrypt protects it, but who has it needs no password. */
  private static byte[] encoded(byte[] digest, UnaryOperator<byte[]> encoding) {
    try {
      return encoding.apply(digest);
    } finally {
      Arrays.fill(digest, (byte) 0);
    }
  }

  /** Lower case, and never a String, which could not be wiped. */
  private static byte[] hex(byte[] bytes) {
    byte[] text = new byte[2 * bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      text[2 * i] = HEX[(bytes[i] >> 4) & 0xF];
      text[2 * i + 1] = HEX[bytes[i] & 0xF];
    }
    return text;
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static byte[] hmacSha256(byte[] key, byte[] bytes) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA-256", e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

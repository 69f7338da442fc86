package dev.bulwark.apikey.rest.idempotency;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts what only the sender of a request may read again: AES-256-GCM with a key that
 * HMAC-SHA256 makes of a secret of the sender.
 */
final class AnswerCipher {

  private static final int IV_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKeySpec key;

  /**
   * Prepares the key.
   *
   * @param secret of the sender
   * @param context what the key is for, so that one secret has a key for each
   */
  AnswerCipher(String secret, byte[] context) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), mac.getAlgorithm()));
      key = new SecretKeySpec(mac.doFinal(context), "AES");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  /** Encrypts a text, bound to a name. */
  String encrypt(String name, String plain) {
    byte[] iv = new byte[IV_BYTES];
    RANDOM.nextBytes(iv);
    byte[] text = run(Cipher.ENCRYPT_MODE, iv, name, plain.getBytes(StandardCharsets.UTF_8));
    byte[] all = Arrays.copyOf(iv, IV_BYTES + text.length);
    System.arraycopy(text, 0, all, IV_BYTES, text.length);
    return Base64.getEncoder().encodeToString(all);
  }

  /** Decrypts a text that was encrypted with the same secret, context and name. */
  String decrypt(String name, String encrypted) {
    byte[] all = Base64.getDecoder().decode(encrypted);
    byte[] iv = Arrays.copyOf(all, IV_BYTES);
    byte[] text = Arrays.copyOfRange(all, IV_BYTES, all.length);
    return new String(run(Cipher.DECRYPT_MODE, iv, name, text), StandardCharsets.UTF_8);
  }

  private byte[] run(int mode, byte[] iv, String name, byte[] text) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, iv));
      cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
      return cipher.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the answer that is kept cannot be read", e);
    }
  }
}

package dev.bulwark.events.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs a request as the specification Standard Webhooks says: HMAC-SHA256 of {@code
 * id.timestamp.body}. Immutable.
 */
final class Signature {

  private static final String PREFIX = "whsec_";
  private static final int MIN_BYTES = 24;
  private static final int MAX_BYTES = 64;

  private final SecretKeySpec key;

  private Signature(byte[] secret) {
    key = new SecretKeySpec(secret, "HmacSHA256");
  }

  /**
   * Reads a secret.
   *
   * @throws IllegalArgumentException if it is not {@code whsec_} and the Base64 of 24 to 64 bytes;
   *     the message does not contain it
   */
  static Signature of(String secret) {
    if (!secret.startsWith(PREFIX)) {
      throw new IllegalArgumentException("no " + PREFIX);
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(secret.substring(PREFIX.length()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("no Base64");
    }
    if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(bytes.length + " bytes");
    }
    return new Signature(bytes);
  }

  /**
   * Returns the value for {@code webhook-signature}.
   *
   * @param timestamp epoch seconds, as in {@code webhook-timestamp}
   */
  String sign(String id, long timestamp, String body) {
    try {
      Mac mac = Mac.getInstance(key.getAlgorithm());
      mac.init(key);
      String signed = id + '.' + timestamp + '.' + body;
      byte[] code = mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(code);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }
}

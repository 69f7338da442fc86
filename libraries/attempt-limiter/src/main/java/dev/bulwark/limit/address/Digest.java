package dev.bulwark.limit.address;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Short names for texts of any length. */
public final class Digest {

  private static final int BYTES = 16;

  private Digest() {}

  /**
   * The first 128 bits of SHA-256 over a domain, a zero byte and the text, in 32 hexadecimal
   * digits.
   *
   * @param domain texts of different domains never share a name; without zero characters
   */
  public static String of(String domain, String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(domain.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      byte[] hash = digest.digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

package dev.bulwark.password.migrate.row;

import java.nio.charset.StandardCharsets;

/** Base32 (RFC 4648) without padding. */
public final class Base32 {

  private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int BITS = 5;

  private Base32() {}

  /** Encodes the UTF-8 of a text, which is what Keycloak takes for the bytes of a plain secret. */
  public static String encode(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder encoded = new StringBuilder();
    int buffer = 0;
    int bits = 0;
    for (byte next : bytes) {
      buffer = buffer << 8 | next & 0xFF;
      bits += 8;
      while (bits >= BITS) {
        bits -= BITS;
        encoded.append(ALPHABET.charAt(buffer >> bits & 31));
      }
      buffer &= (1 << bits) - 1;
    }
    if (bits > 0) {
      encoded.append(ALPHABET.charAt(buffer << BITS - bits & 31));
    }
    return encoded.toString();
  }
}

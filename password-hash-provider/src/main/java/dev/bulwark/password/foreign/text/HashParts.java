package dev.bulwark.password.foreign.text;

import dev.bulwark.password.foreign.UnusableHashException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Decodes the parts of a hash's text. What is malformed is an {@link UnusableHashException}. */
final class HashParts {

  /** Matches Base64 of one character or more. */
  static final String BASE64 = "[A-Za-z0-9+/]+={0,2}";

  private HashParts() {}

  /**
   * Reads a number.
   *
   * @param digits decimal; null, as of a group that matched nothing, is malformed
   * @param what names the number in the message
   */
  static int number(@Nullable String digits, String what) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw new UnusableHashException("its " + what + " is not below 2^31");
    }
  }

  static byte[] base64(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new UnusableHashException("its Base64 is malformed");
    }
  }

  static byte[] hex(String text) {
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException e) {
      throw new UnusableHashException("its hexadecimal is malformed");
    }
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

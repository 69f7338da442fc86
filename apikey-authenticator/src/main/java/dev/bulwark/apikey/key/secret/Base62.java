package dev.bulwark.apikey.key.secret;

/** Base62 with the alphabet {@code 0-9A-Za-z}, left-padded with zeros. */
final class Base62 {

  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private Base62() {}

  /**
   * Encodes an unsigned number.
   *
   * @param value the number, 0 or more
   * @param width the exact number of characters; must be wide enough
   */
  static String encode(long value, int width) {
    if (value < 0) {
      throw new IllegalArgumentException("must be 0 or more");
    }
    char[] out = new char[width];
    long rest = value;
    for (int i = width - 1; i >= 0; i--) {
      out[i] = ALPHABET.charAt((int) (rest % 62));
      rest /= 62;
    }
    if (rest != 0) {
      throw new IllegalArgumentException("does not fit " + width + " base62 digits");
    }
    return new String(out);
  }
}

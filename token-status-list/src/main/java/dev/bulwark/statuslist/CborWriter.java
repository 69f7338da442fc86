package dev.bulwark.statuslist;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes CBOR (RFC 8949) in its shortest form, as far as a list needs it. An array or map is
 * written by its length, and then its items. For one document, and one thread.
 */
final class CborWriter {

  private static final int UNSIGNED = 0;
  private static final int NEGATIVE = 1;
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int ARRAY = 4;
  private static final int MAP = 5;
  private static final int TAG = 6;

  /** In the lower five bits of the first byte; more is in the bytes that follow. */
  private static final int LARGEST_SHORT = 23;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  CborWriter number(long value) {
    return value < 0 ? head(NEGATIVE, -1 - value) : head(UNSIGNED, value);
  }

  CborWriter text(String value) {
    byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
    head(TEXT, encoded.length);
    out.writeBytes(encoded);
    return this;
  }

  CborWriter bytes(byte[] value) {
    head(BYTES, value.length);
    out.writeBytes(value);
    return this;
  }

  CborWriter array(int items) {
    return head(ARRAY, items);
  }

  CborWriter map(int entries) {
    return head(MAP, entries);
  }

  CborWriter tag(int number) {
    return head(TAG, number);
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  private CborWriter head(int major, long value) {
    if (value <= LARGEST_SHORT) {
      first(major, (int) value);
      return this;
    }
    int power = power(value);
    first(major, LARGEST_SHORT + 1 + power);
    for (int shift = (1 << power) * Byte.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      out.write((int) (value >>> shift));
    }
    return this;
  }

  private void first(int major, int rest) {
    out.write(major << 5 | rest);
  }

  /** The value has two to the power of it bytes. */
  private static int power(long value) {
    if (value < 1L << 8) {
      return 0;
    }
    if (value < 1L << 16) {
      return 1;
    }
    return value < 1L << 32 ? 2 : 3;
  }
}

package dev.bulwark.checker;

import java.nio.charset.StandardCharsets;

/** Hash slots of Redis Cluster: CRC-16/XMODEM of the key or its hash tag, modulo 16384. */
final class HashSlot {

  /** Number of slots. */
  static final int COUNT = 16_384;

  private static final int POLYNOMIAL = 0x1021;

  private HashSlot() {}

  /**
   * The slot of a key without a hash tag.
   *
   * @return 0 to 16383
   */
  static int of(String key) {
    int crc = 0;
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      crc ^= (b & 0xff) << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ POLYNOMIAL;
      }
    }
    return crc & (COUNT - 1);
  }
}

package dev.bulwark.breached.index;

import java.nio.ByteBuffer;

/**
 * The file format, all numbers big-endian.
 *
 * <pre>
 *  0  8 bytes  magic "BWPWIDX1"
 *  8  u8       p: leading bytes of each hash that the fan-out table implies, 1 or 2
 *  9  3 bytes  zero
 * 12  u32      CRC-32C of everything after the header
 * 16  u64      n: number of entries
 * 24           fan-out: 256^p × u32, element i = number of entries whose prefix is ≤ i
 *              n entries in ascending order: 20 − p bytes of the SHA-1, then u16 count (65535 = that many or more)
 * </pre>
 *
 * <p>With p = 1 an entry takes 21 bytes and the table 1 KiB, with p = 2 it takes 20 bytes and 256
 * KiB; {@link #prefixBytes(long)} picks the smaller, so that a file of any size is at most 21 bytes
 * an entry plus about a kilobyte.
 */
final class IndexFormat {

  static final long MAGIC = 0x4257505749445831L;
  static final int HASH_BYTES = 20;
  static final int COUNT_BYTES = 2;
  static final int MAX_COUNT = 0xFFFF;
  static final int HEADER_BYTES = 24;
  static final int CRC_OFFSET = 12;
  static final long MAX_ENTRIES = 0xFFFF_FFFFL;

  /**
   * From this many entries on, the larger table costs less than the byte an entry that it saves.
   */
  private static final long WIDE_TABLE_ENTRIES = 4L * (65_536 - 256);

  private IndexFormat() {}

  static int prefixBytes(long entries) {
    return entries >= WIDE_TABLE_ENTRIES ? 2 : 1;
  }

  static int tableElements(int prefixBytes) {
    return 1 << (8 * prefixBytes);
  }

  static int entryBytes(int prefixBytes) {
    return HASH_BYTES - prefixBytes + COUNT_BYTES;
  }

  static long fileBytes(int prefixBytes, long entries) {
    return HEADER_BYTES + 4L * tableElements(prefixBytes) + entries * entryBytes(prefixBytes);
  }

  /** The first {@code prefixBytes} bytes of a hash as a number. */
  static int prefix(byte[] hash, int offset, int prefixBytes) {
    int prefix = hash[offset] & 0xFF;
    return prefixBytes == 1 ? prefix : prefix << 8 | hash[offset + 1] & 0xFF;
  }

  static ByteBuffer header(int prefixBytes, long entries, int crc) {
    return ByteBuffer.allocate(HEADER_BYTES)
        .putLong(MAGIC)
        .put((byte) prefixBytes)
        .put(new byte[3])
        .putInt(crc)
        .putLong(entries)
        .flip();
  }
}

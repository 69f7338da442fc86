package dev.bulwark.breached.index;

import static dev.bulwark.breached.index.IndexFormat.COUNT_BYTES;
import static dev.bulwark.breached.index.IndexFormat.CRC_OFFSET;
import static dev.bulwark.breached.index.IndexFormat.HASH_BYTES;
import static dev.bulwark.breached.index.IndexFormat.HEADER_BYTES;
import static dev.bulwark.breached.index.IndexFormat.MAGIC;
import static dev.bulwark.breached.index.IndexFormat.MAX_ENTRIES;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A read-only index of SHA-1 hashes: exact, without false positives.
 *
 * <p>A file is memory-mapped, so the heap holds a few objects only whatever its size. A look-up
 * reads one element pair of the fan-out table and then does a binary search among the entries of
 * one prefix (about 150 of them at 10 million entries). Thread-safe: buffers are read by absolute
 * position only.
 */
public final class PasswordIndex {

  /** The largest part of a file that one buffer maps; a file of any size is mapped in several. */
  private static final long MAX_SEGMENT_BYTES = 1L << 30;

  private final int prefixBytes;
  private final int entryBytes;
  private final long entries;
  private final int crc;
  private final ByteBuffer table;
  private final ByteBuffer[] segments;
  private final int entriesPerSegment;

  private PasswordIndex(
      int prefixBytes,
      long entries,
      int crc,
      ByteBuffer table,
      ByteBuffer[] segments,
      int entriesPerSegment)
      throws IndexFormatException {
    this.prefixBytes = prefixBytes;
    this.entryBytes = IndexFormat.entryBytes(prefixBytes);
    this.entries = entries;
    this.crc = crc;
    this.table = table;
    this.segments = segments;
    this.entriesPerSegment = entriesPerSegment;
    checkTable();
  }

  /**
   * Maps a file. Header, length and fan-out table are checked; {@link #verify()} checks the rest.
   *
   * @throws IndexFormatException if the file is not an index or has another length than its header
   *     says
   * @throws IOException if the file cannot be read
   */
  public static PasswordIndex open(Path file) throws IOException {
    return open(file, MAX_SEGMENT_BYTES);
  }

  static PasswordIndex open(Path file, long maxSegmentBytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
      int read = 0;
      while (read >= 0 && header.hasRemaining()) {
        read = channel.read(header, header.position());
      }
      Header parsed = Header.parse(header.flip(), channel.size());
      int entryBytes = IndexFormat.entryBytes(parsed.prefixBytes);
      int perSegment = (int) (maxSegmentBytes / entryBytes);
      ByteBuffer table =
          channel.map(FileChannel.MapMode.READ_ONLY, HEADER_BYTES, parsed.tableBytes());
      long start = HEADER_BYTES + parsed.tableBytes();
      ByteBuffer[] segments =
          new ByteBuffer[(int) ((parsed.entries + perSegment - 1) / perSegment)];
      for (int i = 0; i < segments.length; i++) {
        long first = (long) i * perSegment;
        long count = Math.min(perSegment, parsed.entries - first);
        segments[i] =
            channel.map(
                FileChannel.MapMode.READ_ONLY, start + first * entryBytes, count * entryBytes);
      }
      return new PasswordIndex(
          parsed.prefixBytes, parsed.entries, parsed.crc, table, segments, perSegment);
    }
  }

  /**
   * Reads a whole (small) index from a stream into memory outside the heap.
   *
   * @throws IndexFormatException if the stream is not an index or is longer or shorter than its
   *     header says
   */
  public static PasswordIndex read(InputStream in) throws IOException {
    return parse(in.readAllBytes());
  }

  static PasswordIndex parse(byte[] bytes) throws IndexFormatException {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    Header header = Header.parse(all.slice(0, Math.min(HEADER_BYTES, bytes.length)), bytes.length);
    ByteBuffer body = ByteBuffer.allocateDirect(bytes.length - HEADER_BYTES);
    body.put(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES).flip();
    int tableBytes = (int) header.tableBytes();
    ByteBuffer rest = body.slice(tableBytes, body.limit() - tableBytes);
    return new PasswordIndex(
        header.prefixBytes,
        header.entries,
        header.crc,
        body.slice(0, tableBytes),
        new ByteBuffer[] {rest},
        Integer.MAX_VALUE);
  }

  /** Number of hashes. */
  public long size() {
    return entries;
  }

  /**
   * How often a password was seen in breaches.
   *
   * @param sha1 the 20 bytes of the SHA-1 of the password's UTF-8 form
   * @return 0 if it is not in the index; else 1 to 65,535, where 65,535 stands for that many or
   *     more
   */
  public int count(byte[] sha1) {
    if (sha1.length != HASH_BYTES) {
      throw new IllegalArgumentException("a SHA-1 has 20 bytes, not " + sha1.length);
    }
    int prefix = IndexFormat.prefix(sha1, 0, prefixBytes);
    long low = prefix == 0 ? 0 : cumulative(prefix - 1);
    long high = cumulative(prefix) - 1;
    byte[] entry = new byte[entryBytes];
    int suffixBytes = HASH_BYTES - prefixBytes;
    while (low <= high) {
      long middle = (low + high) >>> 1;
      readEntry(middle, entry);
      int order = Arrays.compareUnsigned(entry, 0, suffixBytes, sha1, prefixBytes, HASH_BYTES);
      if (order == 0) {
        return (entry[suffixBytes] & 0xFF) << 8 | entry[suffixBytes + 1] & 0xFF;
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return 0;
  }

  /**
   * Reads everything: checksum, order within and across prefixes, and counts.
   *
   * @throws IndexFormatException naming the first fault
   */
  public void verify() throws IndexFormatException {
    CRC32C sum = new CRC32C();
    sum.update(table.duplicate().rewind());
    for (ByteBuffer segment : segments) {
      sum.update(segment.duplicate().rewind());
    }
    if ((int) sum.getValue() != crc) {
      throw new IndexFormatException("the checksum does not match: the file is damaged");
    }
    byte[] previous = new byte[entryBytes];
    byte[] entry = new byte[entryBytes];
    int suffixBytes = entryBytes - COUNT_BYTES;
    long index = 0;
    for (int prefix = 0; prefix < IndexFormat.tableElements(prefixBytes); prefix++) {
      long end = cumulative(prefix);
      for (long first = index; index < end; index++) {
        readEntry(index, entry);
        if (index > first
            && Arrays.compareUnsigned(previous, 0, suffixBytes, entry, 0, suffixBytes) >= 0) {
          throw new IndexFormatException("entry " + index + " is out of order");
        }
        if (entry[suffixBytes] == 0 && entry[suffixBytes + 1] == 0) {
          throw new IndexFormatException("entry " + index + " has the count 0");
        }
        byte[] swap = previous;
        previous = entry;
        entry = swap;
      }
    }
  }

  private long cumulative(int prefix) {
    return table.getInt(4 * prefix) & 0xFFFF_FFFFL;
  }

  private void readEntry(long index, byte[] into) {
    segments[(int) (index / entriesPerSegment)].get(
        (int) (index % entriesPerSegment) * entryBytes, into);
  }

  private void checkTable() throws IndexFormatException {
    long previous = 0;
    for (int i = 0; i < IndexFormat.tableElements(prefixBytes); i++) {
      long here = cumulative(i);
      if (here < previous) {
        throw new IndexFormatException("the fan-out table descends at element " + i);
      }
      previous = here;
    }
    if (previous != entries) {
      throw new IndexFormatException(
          "the fan-out table ends at " + previous + ", the header says " + entries + " entries");
    }
  }

  private record Header(int prefixBytes, long entries, int crc) {

    static Header parse(ByteBuffer header, long fileBytes) throws IndexFormatException {
      if (header.remaining() < HEADER_BYTES || header.getLong(0) != MAGIC) {
        throw new IndexFormatException("not a breached-password index");
      }
      int prefixBytes = header.get(8);
      if (prefixBytes != 1 && prefixBytes != 2) {
        throw new IndexFormatException("unknown prefix length " + prefixBytes);
      }
      if (header.get(9) != 0 || header.get(10) != 0 || header.get(11) != 0) {
        // Outside the checksum, so it must be looked at here.
        throw new IndexFormatException("the reserved bytes of the header are not zero");
      }
      long entries = header.getLong(16);
      if (entries < 0 || entries > MAX_ENTRIES) {
        throw new IndexFormatException("impossible number of entries " + entries);
      }
      long expected = IndexFormat.fileBytes(prefixBytes, entries);
      if (expected != fileBytes) {
        throw new IndexFormatException(
            "the file has " + fileBytes + " bytes, its header asks for " + expected);
      }
      return new Header(prefixBytes, entries, header.getInt(CRC_OFFSET));
    }

    long tableBytes() {
      return 4L * IndexFormat.tableElements(prefixBytes);
    }
  }

  @Override
  public String toString() {
    return "PasswordIndex[" + entries + " entries]";
  }
}

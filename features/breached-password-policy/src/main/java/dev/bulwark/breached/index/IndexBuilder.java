package dev.bulwark.breached.index;

import static dev.bulwark.breached.index.RecordSorter.RECORD_BYTES;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Builds an index from hashes in any order with bounded memory: sorted runs go to temporary files
 * and are merged.
 *
 * <p>Input that is sorted already (as HIBP's own download is) ends up in one run. The finished file
 * appears under its name at once, by a rename, so that a server which has the old one mapped is
 * never disturbed. Not thread-safe.
 */
public final class IndexBuilder implements Closeable {

  /** Bounds of the memory for sorting, in MiB. */
  public static final int MIN_MEMORY_MIB = 1;

  public static final int MAX_MEMORY_MIB = 1024;

  private final Path temporary;
  private final byte[] buffer;
  private final List<Path> runs = new ArrayList<>();
  private final byte[] last = new byte[RECORD_BYTES];
  private int buffered;
  private long added;

  /**
   * Creates a builder.
   *
   * @param temporaryParent an existing folder for temporary files, which take up to 22 bytes a hash
   * @param memoryMib size of the sort buffer, {@value #MIN_MEMORY_MIB} to {@value #MAX_MEMORY_MIB}
   *     MiB
   */
  public IndexBuilder(Path temporaryParent, int memoryMib) throws IOException {
    this(temporaryParent, records(memoryMib));
  }

  IndexBuilder(Path temporaryParent, long bufferedRecords) throws IOException {
    buffer = new byte[Math.toIntExact(bufferedRecords * RECORD_BYTES)];
    temporary = Files.createTempDirectory(temporaryParent, ".breached-index-");
  }

  private static long records(int memoryMib) {
    if (memoryMib < MIN_MEMORY_MIB || memoryMib > MAX_MEMORY_MIB) {
      throw new IllegalArgumentException(
          "memory must be " + MIN_MEMORY_MIB + " to " + MAX_MEMORY_MIB + " MiB: " + memoryMib);
    }
    return ((long) memoryMib << 20) / RECORD_BYTES;
  }

  /**
   * Adds a hash. One that comes more than once is stored once, with the largest of its counts.
   *
   * @param sha1 20 bytes
   * @param count at least 1; more than 65,535 is stored as 65,535
   */
  public void add(byte[] sha1, long count) throws IOException {
    if (sha1.length != IndexFormat.HASH_BYTES) {
      throw new IllegalArgumentException("a SHA-1 has 20 bytes, not " + sha1.length);
    }
    if (count < 1) {
      throw new IllegalArgumentException("count must be at least 1: " + count);
    }
    int at = buffered * RECORD_BYTES;
    if (at == buffer.length) {
      spill();
      at = 0;
    }
    int stored = (int) Math.min(count, IndexFormat.MAX_COUNT);
    System.arraycopy(sha1, 0, buffer, at, IndexFormat.HASH_BYTES);
    buffer[at + IndexFormat.HASH_BYTES] = (byte) (stored >> 8);
    buffer[at + IndexFormat.HASH_BYTES + 1] = (byte) stored;
    buffered++;
    added++;
  }

  /**
   * Writes the index.
   *
   * @param target the file; replaced at once if it exists
   * @return what was written
   */
  public Summary writeTo(Path target) throws IOException {
    spill();
    int[] histogram = new int[1 << 16];
    long entries = 0;
    try (RunMerge merge = new RunMerge(runs)) {
      for (byte[] record = merge.next(); record != null; record = merge.next()) {
        histogram[IndexFormat.prefix(record, 0, 2)]++;
        entries++;
      }
    }
    if (entries > IndexFormat.MAX_ENTRIES) {
      throw new IOException("more than " + IndexFormat.MAX_ENTRIES + " hashes");
    }
    int prefixBytes = IndexFormat.prefixBytes(entries);
    Path absolute = target.toAbsolutePath();
    Path parent = absolute.getParent();
    if (parent == null) {
      throw new IOException(target + " is not a file name");
    }
    Path unfinished = Files.createTempFile(parent, ".breached-index-", ".tmp");
    try {
      write(unfinished, prefixBytes, entries, table(histogram, prefixBytes));
      Files.move(
          unfinished,
          absolute,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    return new Summary(
        entries, added - entries, IndexFormat.fileBytes(prefixBytes, entries), runs.size());
  }

  private void write(Path file, int prefixBytes, long entries, ByteBuffer table)
      throws IOException {
    CRC32C crc = new CRC32C();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      writeFully(channel, IndexFormat.header(prefixBytes, entries, 0));
      crc.update(table.duplicate());
      writeFully(channel, table);
      ByteBuffer out = ByteBuffer.allocate(IndexFormat.entryBytes(prefixBytes) * 4096);
      try (RunMerge merge = new RunMerge(runs)) {
        for (byte[] record = merge.next(); record != null; record = merge.next()) {
          out.put(record, prefixBytes, RECORD_BYTES - prefixBytes);
          if (!out.hasRemaining()) {
            flush(channel, out, crc);
          }
        }
      }
      flush(channel, out, crc);
      channel.position(0);
      writeFully(channel, IndexFormat.header(prefixBytes, entries, (int) crc.getValue()));
      channel.force(true);
    }
  }

  private static void flush(FileChannel channel, ByteBuffer out, CRC32C crc) throws IOException {
    out.flip();
    crc.update(out.duplicate());
    writeFully(channel, out);
    out.clear();
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static ByteBuffer table(int[] histogram, int prefixBytes) {
    ByteBuffer table = ByteBuffer.allocate(4 * IndexFormat.tableElements(prefixBytes));
    long sum = 0;
    for (int prefix = 0; prefix < histogram.length; prefix++) {
      sum += histogram[prefix] & 0xFFFF_FFFFL;
      if (prefixBytes == 2 || (prefix & 0xFF) == 0xFF) {
        table.putInt((int) sum);
      }
    }
    return table.flip();
  }

  /** Sorts the buffer and appends it to the last run if it continues it, else to a new run. */
  private void spill() throws IOException {
    if (buffered == 0) {
      return;
    }
    RecordSorter.sort(buffer, buffered);
    mergeEqualNeighbours();
    boolean continues = !runs.isEmpty() && RecordSorter.compare(last, 0, buffer, 0) < 0;
    Path run = continues ? runs.get(runs.size() - 1) : newRun();
    try (OutputStream out =
        new BufferedOutputStream(
            Files.newOutputStream(run, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
            1 << 16)) {
      out.write(buffer, 0, buffered * RECORD_BYTES);
    }
    System.arraycopy(buffer, (buffered - 1) * RECORD_BYTES, last, 0, RECORD_BYTES);
    buffered = 0;
  }

  private Path newRun() {
    Path run = temporary.resolve("run-" + runs.size());
    runs.add(run);
    return run;
  }

  private void mergeEqualNeighbours() {
    int kept = 0;
    for (int i = 1; i < buffered; i++) {
      int from = i * RECORD_BYTES;
      int to = kept * RECORD_BYTES;
      if (RecordSorter.compare(buffer, kept, buffer, i) == 0) {
        int high = IndexFormat.HASH_BYTES;
        if (Arrays.compareUnsigned(
                buffer, to + high, to + RECORD_BYTES, buffer, from + high, from + RECORD_BYTES)
            < 0) {
          System.arraycopy(buffer, from, buffer, to, RECORD_BYTES);
        }
      } else {
        kept++;
        System.arraycopy(buffer, from, buffer, kept * RECORD_BYTES, RECORD_BYTES);
      }
    }
    buffered = kept + 1;
  }

  /** Deletes the temporary files. */
  @Override
  public void close() throws IOException {
    for (Path run : runs) {
      Files.deleteIfExists(run);
    }
    Files.deleteIfExists(temporary);
  }

  /**
   * What a build did.
   *
   * @param entries distinct hashes in the index
   * @param duplicates hashes that came more than once
   * @param bytes size of the file
   * @param runs sorted runs that were merged
   */
  public record Summary(long entries, long duplicates, long bytes, int runs) {}
}

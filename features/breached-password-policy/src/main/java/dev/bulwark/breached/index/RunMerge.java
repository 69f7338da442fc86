package dev.bulwark.breached.index;

import static dev.bulwark.breached.index.RecordSorter.RECORD_BYTES;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads sorted runs as one ascending sequence of distinct hashes; of equal hashes the largest count
 * is kept. Not thread-safe.
 */
final class RunMerge implements Closeable {

  private final List<Run> open = new ArrayList<>();
  private final PriorityQueue<Run> queue =
      new PriorityQueue<>((a, b) -> RecordSorter.compare(a.record, 0, b.record, 0));
  private final byte[] current = new byte[RECORD_BYTES];

  RunMerge(List<Path> runs) throws IOException {
    try {
      for (Path path : runs) {
        Run run = new Run(path);
        open.add(run);
        if (run.advance()) {
          queue.add(run);
        }
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** The next record, valid until the next call; null at the end. */
  byte @Nullable [] next() throws IOException {
    Run first = queue.poll();
    if (first == null) {
      return null;
    }
    System.arraycopy(first.record, 0, current, 0, RECORD_BYTES);
    refill(first);
    for (Run run = queue.peek();
        run != null && RecordSorter.compare(run.record, 0, current, 0) == 0;
        run = queue.peek()) {
      if (count(run.record) > count(current)) {
        System.arraycopy(run.record, 0, current, 0, RECORD_BYTES);
      }
      queue.remove();
      refill(run);
    }
    return current;
  }

  private void refill(Run run) throws IOException {
    if (run.advance()) {
      queue.add(run);
    }
  }

  private static int count(byte[] record) {
    return (record[IndexFormat.HASH_BYTES] & 0xFF) << 8 | record[IndexFormat.HASH_BYTES + 1] & 0xFF;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (Run run : open) {
      try {
        run.in.close();
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static final class Run {
    final InputStream in;
    final byte[] record = new byte[RECORD_BYTES];

    Run(Path path) throws IOException {
      in = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
    }

    boolean advance() throws IOException {
      int read = in.readNBytes(record, 0, RECORD_BYTES);
      if (read != 0 && read != RECORD_BYTES) {
        throw new IOException("a temporary file is cut short");
      }
      return read != 0;
    }
  }
}

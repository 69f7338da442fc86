package dev.bulwark.events.log;

import dev.bulwark.events.record.OncePerMinute;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Appends lines to a file or to standard output, each with one system call, so that lines of
 * several threads do not mix. Thread-safe.
 *
 * <p>The file is opened for each line: a program that moves it away (logrotate) has to tell nobody.
 */
final class LineOutput {

  private static final Logger LOG = Logger.getLogger(LineOutput.class);

  /** Reads the last byte of a file that has one. */
  interface LastByte {

    int of(Path file) throws IOException;
  }

  private final @Nullable Path file;
  private final LastByte lastByte;
  private final Counter failed;
  private final OncePerMinute warning = new OncePerMinute();

  /**
   * The file may end within a line: the disk was full, or the server was killed. Guarded by this.
   */
  private boolean torn = true;

  private volatile boolean failing;

  /**
   * Opens nothing yet.
   *
   * @param file null for standard output
   */
  LineOutput(@Nullable Path file, MeterRegistry registry) {
    this(file, registry, LineOutput::lastByteOf);
  }

  /** With a way to read the file. */
  LineOutput(@Nullable Path file, MeterRegistry registry, LastByte lastByte) {
    this.file = file;
    this.lastByte = lastByte;
    this.failed =
        Counter.builder("bulwark.event.log.failed")
            .description("Events that could not be written to the file of the event log")
            .register(registry);
  }

  /** Writes the line and a line break. A file that cannot be written is counted and logged. */
  void write(String line) {
    byte[] bytes = (line + '\n').getBytes(StandardCharsets.UTF_8);
    if (file == null) {
      System.out.write(bytes, 0, bytes.length);
      System.out.flush();
      return;
    }
    append(file, bytes);
  }

  /** Whether the last line was lost. */
  boolean isFailing() {
    return failing;
  }

  /** One at a time: no line may come between one that fails halfway and the note about it. */
  private synchronized void append(Path target, byte[] line) {
    try (OutputStream out =
        Files.newOutputStream(target, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write(torn && endsWithinLine(target) ? withLineBreakBefore(line) : line);
      torn = false;
      failing = false;
    } catch (IOException e) {
      torn = true;
      failing = true;
      failed.increment();
      warn(e);
    }
  }

  /** A file that may be written and not read is taken to: an empty line costs no event. */
  private boolean endsWithinLine(Path target) {
    try {
      return Files.size(target) > 0 && lastByte.of(target) != '\n';
    } catch (IOException e) {
      return true;
    }
  }

  private static int lastByteOf(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return channel.read(last, Math.max(0, channel.size() - 1)) == 1 ? last.get(0) : '\n';
    }
  }

  private static byte[] withLineBreakBefore(byte[] line) {
    return ByteBuffer.allocate(line.length + 1).put((byte) '\n').put(line).array();
  }

  private void warn(IOException failure) {
    if (warning.isDue()) {
      LOG.errorf(
          "The event log %s loses events: %s. Free disk space, or give Keycloak's "
              + "user permission to write there",
          file, failure);
    }
  }
}

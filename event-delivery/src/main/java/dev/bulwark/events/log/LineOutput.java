package dev.bulwark.events.log;

import dev.bulwark.events.record.OncePerMinute;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
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

  private final @Nullable Path file;
  private final Counter failed;
  private final OncePerMinute warning = new OncePerMinute();

  /**
   * Opens nothing yet.
   *
   * @param file null for standard output
   */
  LineOutput(@Nullable Path file, MeterRegistry registry) {
    this.file = file;
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
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write(bytes);
    } catch (IOException e) {
      failed.increment();
      warn(e);
    }
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

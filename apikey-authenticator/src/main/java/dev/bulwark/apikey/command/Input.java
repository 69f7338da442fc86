package dev.bulwark.apikey.command;

import dev.bulwark.http.command.CommandException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file to read, or standard input. */
final class Input {

  private Input() {}

  /**
   * Opens the file, or standard input, which closing leaves open.
   *
   * @param file null or {@code -} for standard input
   */
  static InputStream open(@Nullable Path file, InputStream standard) throws IOException {
    if (file == null || file.toString().equals("-")) {
      return new FilterInputStream(standard) {
        @Override
        public void close() {
          // It is not ours to close.
        }
      };
    }
    if (Files.isDirectory(file)) {
      throw new CommandException(file + " is a folder");
    }
    return new BufferedInputStream(Files.newInputStream(file));
  }

  /** What the input is called in messages. */
  static String name(@Nullable Path file) {
    return file == null || file.toString().equals("-") ? "standard input" : file.toString();
  }
}

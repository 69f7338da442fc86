package dev.bulwark.password.migrate.convert;

import dev.bulwark.password.migrate.row.UserRecord;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * Writes which old id belongs to which user name, as CSV without a header: {@code 17,ann}. The file
 * gets its name at the end. There is none where no user has an id. Not thread-safe.
 */
final class IdFile implements AutoCloseable {

  /** Makes an empty file and opens it. */
  @FunctionalInterface
  interface Opening {

    BufferedWriter open(Path file) throws IOException;
  }

  private final Path file;
  private final Path unfinished;
  private final Opening opening;
  private @Nullable BufferedWriter out;

  /**
   * Prepares the file.
   *
   * @param realm name of the realm, with which the file's name begins
   */
  IdFile(Path folder, String realm) {
    this(folder, realm, IdFile::open);
  }

  IdFile(Path folder, String realm, Opening opening) {
    this.file = folder.resolve(realm + "-ids.csv");
    this.unfinished = folder.resolve(realm + "-ids.csv.unfinished");
    this.opening = opening;
  }

  private static BufferedWriter open(Path file) throws IOException {
    PrivateFiles.create(file);
    return Files.newBufferedWriter(file, StandardCharsets.UTF_8);
  }

  void write(UserRecord user) throws IOException {
    String id = user.id();
    if (id == null) {
      return;
    }
    BufferedWriter writer = out;
    if (writer == null) {
      writer = opening.open(unfinished);
      out = writer;
    }
    writer.write(id + ",\"" + user.username().replace("\"", "\"\"") + "\"\n");
  }

  /** Writes what is still in memory, so that a full disk shows here and not in {@link #finish}. */
  void flush() throws IOException {
    BufferedWriter writer = out;
    if (writer != null) {
      writer.flush();
    }
  }

  /** Gives the file its name, in place of that of an earlier run. */
  void finish() throws IOException {
    BufferedWriter writer = out;
    if (writer == null) {
      Files.deleteIfExists(file);
      return;
    }
    writer.close();
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    out = null;
  }

  /** Deletes what is not finished. */
  @Override
  public void close() throws IOException {
    BufferedWriter writer = out;
    out = null;
    if (writer != null) {
      try {
        writer.close();
      } finally {
        Files.deleteIfExists(unfinished);
      }
    }
  }
}

package dev.bulwark.password.migrate.convert;

import dev.bulwark.password.migrate.row.MigrationException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a second run out of a folder, whose files both would write. The operating system ends the
 * lock with the process. The empty file stays: a run that deleted it could take it from under
 * another one.
 */
final class FolderLock implements AutoCloseable {

  static final String NAME = "bulwark-migrate.lock";

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks a folder.
   *
   * @throws MigrationException if another run has the lock
   */
  static FolderLock of(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      @Nullable FileLock lock = channel.tryLock();
      if (lock != null) {
        return new FolderLock(channel);
      }
    } catch (OverlappingFileLockException e) {
      // Another run of this process has it.
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new MigrationException("another run is writing into " + folder);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

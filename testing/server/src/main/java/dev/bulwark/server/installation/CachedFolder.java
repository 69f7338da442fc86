package dev.bulwark.server.installation;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Folders below the build folder that are made once, for the servers of all virtual machines of a
 * test run: {@code kc.sh build} and a first start with an empty database take half a minute each.
 *
 * <p>Safe for use by several threads and several virtual machines.
 */
public final class CachedFolder {

  private CachedFolder() {}

  /** Fills a folder. */
  public interface Maker {

    /**
     * Makes the folder.
     *
     * @param folder does not exist yet; its parent does
     */
    void make(Path folder) throws IOException;
  }

  /**
   * Returns the folder of the name. It is made first if it is missing; others who ask for it at the
   * same time wait.
   *
   * @throws IOException of the maker, or if the folder cannot be written
   */
  public static synchronized Path get(String name, Maker maker) throws IOException {
    Path builds = BuildFolder.root().resolve("builds");
    Path kept = builds.resolve(name);
    if (Files.isDirectory(kept)) {
      return kept;
    }
    Files.createDirectories(builds);
    try (FileChannel file =
            FileChannel.open(
                builds.resolve(name + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = file.lock()) {
      if (lock.isValid() && !Files.isDirectory(kept)) {
        Path work = builds.resolve(name + ".part");
        Folders.delete(work);
        maker.make(work);
        // A folder with the final name is complete, also after a kill.
        Files.move(work, kept);
      }
    }
    return kept;
  }
}

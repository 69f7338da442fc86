package dev.bulwark.server.installation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keycloak as unpacked from an archive, in the folder of what servers write: read only. Unpacking
 * 170 MB takes seconds, so it is done once an archive. Thread-safe.
 */
public final class UnpackedKeycloak {

  private static final Logger log = LoggerFactory.getLogger(UnpackedKeycloak.class);

  private UnpackedKeycloak() {}

  /**
   * Returns the folder of the archive.
   *
   * @param name of the folder
   * @throws IOException if the archive cannot be read, or the folder not be written
   */
  public static synchronized Path of(Path archive, String name) throws IOException {
    Path unpacked = BuildFolder.work().resolve(name);
    Path stamp = BuildFolder.work().resolve(name + ".txt");
    if (!Files.isDirectory(unpacked)
        || !Files.exists(stamp)
        || !Files.readString(stamp).equals(stamp(archive))) {
      log.info("Unpacking Keycloak (once)");
      Files.createDirectories(BuildFolder.work());
      Archive.unpack(archive, unpacked);
      Files.writeString(stamp, stamp(archive));
    }
    return unpacked;
  }

  /**
   * Returns what distinguishes an archive from others.
   *
   * @throws IOException if the archive cannot be read
   */
  public static String stamp(Path archive) throws IOException {
    return Files.size(archive) + " bytes";
  }
}

package dev.bulwark.server.installation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keycloak as unpacked from an archive, for all virtual machines of a test run: read only.
 * Unpacking 170 MB takes seconds, so it is done once an archive. Thread-safe.
 */
public final class UnpackedKeycloak {

  private static final Logger log = LoggerFactory.getLogger(UnpackedKeycloak.class);

  private UnpackedKeycloak() {}

  /**
   * Returns the folder of the archive.
   *
   * @throws IOException if the archive cannot be read, or the folder not be written
   */
  public static Path of(Path archive) throws IOException {
    return CachedFolder.get(
        "keycloak-" + Files.size(archive),
        folder -> {
          log.info("Unpacking Keycloak (once)");
          Archive.unpack(archive, folder);
        });
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

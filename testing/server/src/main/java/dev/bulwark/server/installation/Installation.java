package dev.bulwark.server.installation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/** The files that servers are made of, for tests that look into them. Thread-safe. */
public final class Installation {

  private Installation() {}

  /** Keycloak as unpacked from its archive: read only. */
  public static Path keycloak() {
    try {
      return UnpackedKeycloak.of(BuildFolder.keycloakArchive());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bundle: the shaded jar that users put into {@code providers/}. */
  public static Path bundle() {
    return BuildFolder.bundle();
  }

  /**
   * Returns a folder below the build folder that is made once of Keycloak's archive and the bundle,
   * for all virtual machines of a test run; another folder as soon as one of them is another.
   *
   * @param name what is made
   * @param maker is given the path where it has to make the folder
   */
  public static Path cachedFolder(String name, Consumer<Path> maker) {
    try {
      String inputs = Files.size(BuildFolder.keycloakArchive()) + " " + checksum(bundle());
      UUID id = UUID.nameUUIDFromBytes(inputs.getBytes(StandardCharsets.UTF_8));
      return CachedFolder.get(name + "-" + id, maker::accept);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the CRC-32 of the file's bytes.
   *
   * @throws IOException if the file cannot be read
   */
  public static long checksum(Path file) throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(Files.readAllBytes(file));
    return checksum.getValue();
  }
}

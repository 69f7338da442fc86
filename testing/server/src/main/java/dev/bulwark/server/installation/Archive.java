package dev.bulwark.server.installation;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** Unpacks a {@code tar.gz} whose entries lie in one top folder, which is dropped. */
final class Archive {

  private static final int OWNER_EXECUTE = 0100;

  private Archive() {}

  /**
   * Unpacks into {@code target}, which is complete when it exists: the work is done in a
   * neighboring folder first.
   */
  static void unpack(Path archive, Path target) throws IOException {
    Path work =
        Files.createTempDirectory(
            Files.createDirectories(target.getParent()), target.getFileName() + "-");
    try (InputStream file = new BufferedInputStream(Files.newInputStream(archive));
        TarArchiveInputStream tar =
            new TarArchiveInputStream(new GzipCompressorInputStream(file))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path name = Path.of(entry.getName()).normalize();
        if (name.getNameCount() < 2 || entry.isDirectory()) {
          continue;
        }
        Path destination = work.resolve(name.subpath(1, name.getNameCount())).normalize();
        if (!destination.startsWith(work)) {
          throw new IOException("entry outside the archive's folder: " + entry.getName());
        }
        Files.createDirectories(destination.getParent());
        Files.copy(tar, destination, StandardCopyOption.REPLACE_EXISTING);
        if ((entry.getMode() & OWNER_EXECUTE) != 0 && Folders.isPosix(destination)) {
          Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(destination);
          permissions.add(PosixFilePermission.OWNER_EXECUTE);
          Files.setPosixFilePermissions(destination, permissions);
        }
      }
      Folders.delete(target);
      Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Folders.delete(work);
    }
  }
}

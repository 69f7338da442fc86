package dev.bulwark.redis.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Programs of this machine. */
public final class Programs {

  private Programs() {}

  /** The program on the PATH or in one of the folders, which are looked at first. */
  public static Optional<Path> find(String name, Path... folders) {
    List<Path> candidates = new ArrayList<>();
    for (Path folder : folders) {
      candidates.add(folder.resolve(name));
    }
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      candidates.add(Path.of(folder, name));
    }
    return candidates.stream()
        .filter(file -> Files.isExecutable(file) && !Files.isDirectory(file))
        .findFirst();
  }

  /** The program; where there is none the test is skipped, naming the package to install. */
  public static Path require(String name, String debianPackage, Path... folders) {
    return find(name, folders)
        .orElseGet(
            () ->
                Assumptions.abort(
                    "No "
                        + name
                        + " on this machine (Debian package "
                        + debianPackage
                        + "): the test is skipped."));
  }
}

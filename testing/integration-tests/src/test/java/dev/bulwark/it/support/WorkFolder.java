package dev.bulwark.it.support;

import java.nio.file.Path;

/**
 * Where tests and the processes that they start write: below {@code target}, and of each virtual
 * machine that runs tests its own, since two of them may use the same name at the same time.
 */
public final class WorkFolder {

  private static final Path ROOT =
      Path.of("target", System.getProperty("bulwark.fork", "fork-1")).toAbsolutePath();

  private WorkFolder() {}

  /** A path below it; nothing is made. */
  public static Path of(String first, String... more) {
    return ROOT.resolve(Path.of(first, more));
  }
}

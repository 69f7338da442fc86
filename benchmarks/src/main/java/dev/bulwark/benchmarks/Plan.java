package dev.bulwark.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How to measure.
 *
 * @param root the repository
 * @param quick a trial of the benchmarks themselves, whose figures mean little
 */
public record Plan(Path root, boolean quick) {

  /** The number to use: fewer repetitions in a quick run. */
  public int count(int full, int quickly) {
    return quick ? quickly : full;
  }

  /** A folder for files of this name below {@code benchmarks/target}, made if missing. */
  public Path folder(String name) throws IOException {
    return Files.createDirectories(root.resolve("benchmarks/target").resolve(name));
  }
}

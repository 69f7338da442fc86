package dev.bulwark.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine that measures, in a few words. */
final class Machine {

  private static final Path CPU = Path.of("/proc/cpuinfo");

  private Machine() {}

  static String describe() {
    return processor()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " processors, "
        + System.getProperty("os.name")
        + ", Java "
        + System.getProperty("java.version");
  }

  private static String processor() {
    if (!Files.exists(CPU)) {
      return System.getProperty("os.arch");
    }
    try {
      return Files.readAllLines(CPU).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.bulwark.benchmarks.passwords;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Transparent huge pages for what {@code malloc} hands out, a tunable of glibc 2.35 and later. The
 * container image's base has glibc 2.34, which ignores it.
 */
enum HugePages {
  OFF("", ""),
  ON("glibc.malloc.hugetlb=1", ", huge pages (this machine's glibc)");

  private static final Path KERNEL = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

  private final String tunables;
  private final String words;

  HugePages(String tunables, String words) {
    this.tunables = tunables;
    this.words = words;
  }

  /** Environment of a process that has them, or surely has them not. */
  Map<String, String> environment() {
    return Map.of("GLIBC_TUNABLES", tunables);
  }

  /** For the name of a row. */
  String words() {
    return words;
  }

  /** The kernel's setting; without {@code always} or {@code madvise} the tunable does nothing. */
  static String kernel() throws IOException {
    return Files.exists(KERNEL) ? Files.readString(KERNEL).strip() : "unknown";
  }
}

package dev.bulwark.benchmarks.passwords;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Resident memory of a process, as Linux counts it (proc(5)). */
final class ResidentMemory {

  private static final String RESET_PEAK = "5";

  private final Path folder;

  ResidentMemory(long pid) {
    folder = Path.of("/proc", Long.toString(pid));
  }

  static boolean isKnown() {
    return Files.isReadable(Path.of("/proc/self/status"));
  }

  /** KiB now. */
  long now() throws IOException {
    return read("VmRSS:");
  }

  /** The most KiB since {@link #resetPeak()}: exact, not sampled. */
  long peak() throws IOException {
    return read("VmHWM:");
  }

  /** Sets the peak to what is resident now. */
  void resetPeak() throws IOException {
    Files.writeString(folder.resolve("clear_refs"), RESET_PEAK);
  }

  private long read(String name) throws IOException {
    return Files.readAllLines(folder.resolve("status")).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> Long.valueOf(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new IOException("no " + name + " in " + folder + "/status"));
  }
}

package dev.bulwark.benchmarks.passwords;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

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

  /**
   * Waits until it is no more than some KiB.
   *
   * @return what it is then, KiB
   * @throws IOException if it stays above that for the whole time
   */
  long awaitAtMost(long most, Duration time) throws IOException, InterruptedException {
    long until = System.nanoTime() + time.toNanos();
    long now = now();
    while (now > most) {
      if (System.nanoTime() > until) {
        throw new IOException(
            "resident memory stays at " + now + " KiB, expected " + most + " at most");
      }
      Thread.sleep(500);
      now = now();
    }
    return now;
  }

  private long read(String name) throws IOException {
    return Files.readAllLines(folder.resolve("status")).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> Long.valueOf(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new IOException("no " + name + " in " + folder + "/status"));
  }
}

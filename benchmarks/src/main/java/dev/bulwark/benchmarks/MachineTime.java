package dev.bulwark.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the machine's processors have done so far, seconds of all of them together.
 *
 * @param busy spent by processes and the kernel
 * @param stolen not given to this machine by the one it runs on
 */
public record MachineTime(double busy, double stolen) {

  private static final double TICKS_A_SECOND = 100;

  /** Returns the time until now. */
  public static MachineTime now() throws IOException {
    return of(Files.readAllLines(Path.of("/proc/stat")).get(0));
  }

  /** Reads the first line of {@code /proc/stat}. */
  static MachineTime of(String line) {
    String[] fields = line.trim().split(" +", -1);
    // cpu user nice system idle iowait irq softirq steal
    double busy = 0;
    for (int field : new int[] {1, 2, 3, 6, 7}) {
      busy += Long.parseLong(fields[field]);
    }
    return new MachineTime(busy / TICKS_A_SECOND, Long.parseLong(fields[8]) / TICKS_A_SECOND);
  }

  /** Returns the time after an earlier reading. */
  public MachineTime since(MachineTime before) {
    return new MachineTime(busy - before.busy, stolen - before.stolen);
  }
}

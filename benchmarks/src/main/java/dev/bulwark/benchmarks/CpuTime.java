package dev.bulwark.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** CPU time of processes with all their descendants, by the kernel's count (/proc). */
public final class CpuTime {

  /** The kernel's unit, in all that it tells of processes. */
  private static final double TICKS_A_SECOND = 100;

  private CpuTime() {}

  /**
   * Seconds since their start. Direct children that have ended count too; what other descendants
   * took that have ended is missing.
   */
  public static double seconds(List<Long> roots) throws IOException {
    long ticks = 0;
    for (long root : roots) {
      ProcessHandle process =
          ProcessHandle.of(root)
              .orElseThrow(() -> new IOException("process " + root + " has ended"));
      try (Stream<ProcessHandle> descendants = process.descendants()) {
        ticks +=
            ticks(read(root), true)
                + descendants.mapToLong(each -> ticks(read(each.pid()), false)).sum();
      }
    }
    return ticks / TICKS_A_SECOND;
  }

  /** Seconds of a process alone; 0 if it has ended. */
  public static double secondsOf(long pid) {
    return ticks(read(pid), false) / TICKS_A_SECOND;
  }

  /**
   * Seconds of a process and of its children that have ended. Servers that it has started, and that
   * still run, do not count: they have figures of their own.
   */
  public static double secondsWithEndedChildren(long pid) {
    return ticks(read(pid), true) / TICKS_A_SECOND;
  }

  /** Seconds of one process or several. */
  public static double seconds(long... roots) throws IOException {
    return seconds(java.util.Arrays.stream(roots).boxed().toList());
  }

  /**
   * User and system time in a line of {@code /proc/<pid>/stat}.
   *
   * @param line empty for a process that has ended
   * @param children whether the time of ended children is added
   */
  static long ticks(String line, boolean children) {
    if (line.isEmpty()) {
      return 0;
    }
    // The program's name comes before, in brackets, and may have blanks and brackets in it.
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    // Fields 14 to 17, counted from 1; the first here is field 3.
    long own = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    return children ? own + Long.parseLong(fields[13]) + Long.parseLong(fields[14]) : own;
  }

  private static String read(long pid) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      // It has ended between open and read.
      if (Files.exists(Path.of("/proc", Long.toString(pid)))) {
        throw new UncheckedIOException(e);
      }
      return "";
    }
  }
}

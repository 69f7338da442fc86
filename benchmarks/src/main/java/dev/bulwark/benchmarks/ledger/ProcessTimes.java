package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.CpuTime;
import dev.bulwark.benchmarks.Samples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * CPU time of PostgreSQL's processes by what they are, seconds: the sessions of clients together,
 * and each of the background processes.
 *
 * @param seconds by the name of the process; those that have ended are in "all"
 */
record ProcessTimes(Map<String, Double> seconds) {

  private static final String ALL = "all, those that have ended too";
  private static final double LEAST_MICROS = 0.3;

  /** Of a cluster, until now. */
  static ProcessTimes now(long postmaster) throws IOException {
    Map<String, Double> seconds = new TreeMap<>();
    for (ProcessHandle process :
        ProcessHandle.of(postmaster).orElseThrow().descendants().toList()) {
      seconds.merge(name(process.pid()), CpuTime.secondsOf(process.pid()), Double::sum);
    }
    seconds.put(ALL, CpuTime.seconds(postmaster));
    return new ProcessTimes(seconds);
  }

  /** What was taken since then. */
  ProcessTimes since(ProcessTimes before) {
    Map<String, Double> difference = new TreeMap<>();
    seconds.forEach(
        (name, time) -> difference.put(name, time - before.seconds.getOrDefault(name, 0.0)));
    return new ProcessTimes(difference);
  }

  /** Together with others. */
  ProcessTimes plus(ProcessTimes other) {
    Map<String, Double> sum = new TreeMap<>(seconds);
    other.seconds.forEach((name, time) -> sum.merge(name, time, Double::sum));
    return new ProcessTimes(sum);
  }

  /**
   * Those that took something, as text.
   *
   * @param requests to divide by
   */
  String perRequest(double requests) {
    return seconds.entrySet().stream()
        .filter(entry -> entry.getValue() / requests * 1e6 >= LEAST_MICROS)
        .map(entry -> entry.getKey() + " " + Samples.number(entry.getValue() / requests * 1e6, 1))
        .collect(Collectors.joining("; "));
  }

  private static String name(long pid) throws IOException {
    try {
      String title =
          new String(
              Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline")),
              StandardCharsets.UTF_8);
      if (title.contains("127.0.0.1")) {
        return "sessions of clients";
      }
      String name = title.substring(title.indexOf(':') + 1).replace('\0', ' ').trim();
      return name.startsWith("autovacuum worker") ? "autovacuum worker" : name;
    } catch (NoSuchFileException e) {
      return "ended";
    }
  }
}

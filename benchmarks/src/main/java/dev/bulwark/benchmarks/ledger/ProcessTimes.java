package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.CpuTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * CPU time of PostgreSQL's processes by what they are, seconds: the sessions of clients together,
 * and each of the background processes.
 *
 * @param seconds by the name of the process; those that have ended are in "all"
 */
record ProcessTimes(Map<String, Double> seconds) {

  private static final String ALL = "all, those that have ended too";

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

package dev.bulwark.benchmarks.revocation;

import java.time.Duration;
import java.util.stream.Stream;

/** CPU time of the server and of all processes of its database, together. */
final class CpuTime {

  private CpuTime() {}

  /** Since their start; processes that have ended meanwhile are missing. */
  static double seconds(LedgerServer server) {
    return (of(server.pid()) + of(server.database().pid())) / 1e9;
  }

  private static long of(long pid) {
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    return Stream.concat(Stream.of(process), process.descendants())
        .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
        .mapToLong(Duration::toNanos)
        .sum();
  }
}

package dev.bulwark.benchmarks.passwords;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Callers;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How far 64 simultaneous logins raise the server's resident memory, with a bound of N hashes at
 * once. The heap is resident from the start, and the server is warmed up by bursts of the same size
 * whose hashes take no memory: what grows afterwards is hashing.
 */
final class PeakMemory implements Measurement {

  private static final int LOGINS = 64;
  private static final String HEAP = "-Xms512m -Xmx512m -XX:+AlwaysPreTouch";
  private static final double ALLOWANCE = 1.15;

  /** KiB. */
  private static final long ONE_HASH = Cost.SHIPPED.memory();

  /** The provider keeps the memory of the last hashes for 30 s to 60 s. */
  private static final Duration GIVEN_BACK = Duration.ofSeconds(90);

  private final Plan plan;
  private final NativeLibraries libraries;

  PeakMemory(Plan plan, NativeLibraries libraries) {
    this.plan = plan;
    this.libraries = libraries;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!ResidentMemory.isKnown()) {
      report.missing("Memory of " + LOGINS + " simultaneous logins", "there is no /proc here");
      return;
    }
    for (int bound : new int[] {2, 4}) {
      with(report, bound);
    }
    report.note(
        "Memory: growth of the server's VmRSS at its peak (VmHWM, reset before each burst by `/proc/PID/clear_refs`) over the value before the"
            + " burst; the target holds for the largest growth. Heap of 512 MiB touched at the start; warmed up by bursts of "
            + LOGINS
            + " logins whose hashes take no memory, then by logins one after the other. Before each burst the provider has given the memory of"
            + " the last one back.");
  }

  private void with(Report report, int bound) throws Exception {
    List<BenchmarkRealm> realms = List.of(BenchmarkRealm.ARGON2, BenchmarkRealm.WARM_UP);
    NativeLibraries.Library picked = libraries.get().picked();
    NativeLibraries.Library library = picked == null ? BundledLibrary.unpack(plan) : picked;
    Progress.say("starting Keycloak, at most " + bound + " hashes at once");
    try (LoginServer server =
        LoginServer.start(plan, "benchmark-memory-" + bound, realms, library, bound, HEAP)) {
      ResidentMemory memory = new ResidentMemory(server.javaPid());
      warmUp(server);
      server.checkHash(BenchmarkRealm.ARGON2);
      long floor = memory.awaitAtMost(memory.now() - ONE_HASH, GIVEN_BACK);
      List<Double> growths = new ArrayList<>();
      int bursts = plan.count(5, 2);
      for (int burst = 1; burst <= bursts; burst++) {
        memory.awaitAtMost(floor + ONE_HASH / 4, GIVEN_BACK);
        memory.resetPeak();
        long before = memory.now();
        Callers.burst(LOGINS, user -> server.login(BenchmarkRealm.ARGON2, user));
        double growth = (memory.peak() - before) / 1024.0;
        Progress.say(
            "burst "
                + burst
                + " of "
                + bursts
                + ": "
                + before / 1024
                + " MiB + "
                + Math.round(growth));
        growths.add(growth);
      }
      report(report, bound, Samples.of(growths));
    }
  }

  private void warmUp(LoginServer server) throws Exception {
    int bursts = plan.count(40, 15);
    for (int i = 0; i < bursts; i++) {
      Callers.burst(LOGINS, user -> server.login(BenchmarkRealm.WARM_UP, user));
    }
    for (int user = 0; user < BenchmarkRealm.USERS; user++) {
      server.login(BenchmarkRealm.ARGON2, user);
    }
  }

  private static void report(Report report, int bound, Samples growths) {
    double allowed = bound * Cost.SHIPPED.memory() / 1024.0 * ALLOWANCE;
    report.target(
        "Memory that " + LOGINS + " simultaneous logins add, `cpu-cores` " + bound,
        Samples.number(growths.median(), 0) + " MiB, at most " + Samples.number(growths.max(), 0),
        growths.spread(0),
        "≤ " + bound + " × 64 MiB + 15 % = " + Samples.number(allowed, 0) + " MiB",
        Samples.number(growths.max() / allowed * ALLOWANCE, 2) + " of " + bound + " × 64 MiB",
        Bound.atMost(growths.max(), allowed));
  }
}

package dev.bulwark.benchmarks.passwords;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Jmh;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the provider costs around the native call. The difference of two 50 ms hashes would drown in
 * noise, and none of it depends on the hash's cost: so it is measured around hashes that cost next
 * to nothing, less the time that the reference C code takes for the same hash.
 */
final class Overhead implements Measurement {

  private static final int SMALL_BATCH = 2000;
  private static final int LARGER_BATCH = 100;

  private final Plan plan;
  private final NativeLibraries libraries;
  private final HashTimes times;

  Overhead(Plan plan, NativeLibraries libraries, HashTimes times) {
    this.plan = plan;
    this.libraries = libraries;
    this.times = times;
  }

  @Override
  public String name() {
    return "overhead";
  }

  @Override
  public void measure(Report report) throws IOException, InterruptedException {
    NativeLibraries.Build build = libraries.get();
    NativeLibraries.Library library = build.picked();
    if (library == null) {
      report.missing(
          "Provider around the native call",
          "the C code to compare with is missing: " + build.problem());
      return;
    }
    ReferenceProgram program = ReferenceProgram.compile(plan, libraries, library);
    List<String> options = new ArrayList<>(library.jvmOptions());
    options.addAll(List.of("-Xms768m", "-Xmx768m"));
    Jmh jmh = new Jmh(plan, options, HugePages.OFF.environment());
    Series verify = new Series("verify", () -> provider(jmh, "verify"));
    Series bareVerify = new Series("C code", () -> bare(program, Cost.LEAST, SMALL_BATCH));
    Series encode = new Series("encodedCredential", () -> provider(jmh, "encode"));
    Series bareEncode = new Series("C code", () -> bare(program, Cost.LEAST_OPTIONS, LARGER_BATCH));
    Series.measure(plan.count(5, 1), List.of(verify, bareVerify, encode, bareEncode));
    double hash = times.fastest();
    row(report, "`verify`", verify.samples(), bareVerify.samples(), hash);
    row(report, "`encodedCredential`", encode.samples(), bareEncode.samples(), hash);
    report.note(
        "Provider around the native call: whole call on a hash of least cost (`verify` 8 KiB, `encodedCredential` 1 MiB, 1 pass, 1"
            + " lane) less the reference C code's time for that hash; JNA, permits, metrics, encoding and salt are in it, and none of"
            + " them depends on the hash's cost. Per cent of the fastest 64 MiB hash of this run, "
            + Samples.number(hash, 1)
            + " ms.");
  }

  private Samples provider(Jmh jmh, String method) throws IOException, InterruptedException {
    return jmh.averages(ProviderBenchmark.class, method, plan.count(6, 4), plan.count(10, 4));
  }

  /** Microseconds. */
  private Samples bare(ReferenceProgram program, Cost cost, int batch)
      throws IOException, InterruptedException {
    return program
        .time(cost, plan.count(100, 40), batch, HugePages.OFF.environment())
        .map(nanoseconds -> nanoseconds / 1e3);
  }

  private static void row(Report report, String call, Samples whole, Samples bare, double hash) {
    double microseconds = whole.median() - bare.median();
    double percent = microseconds / (hash * 1000) * 100;
    report.target(
        "Provider's " + call + " around the native call",
        Samples.number(microseconds, 1)
            + " µs ("
            + Samples.number(whole.median(), 1)
            + " − "
            + Samples.number(bare.median(), 1)
            + ")",
        whole.spread(1) + " − " + bare.spread(1),
        "< 1 % of a hash",
        Samples.number(percent, 3) + " %" + (percent < 0 ? ", below noise" : ""),
        // A whole that takes much less than its part would be a wrong measurement.
        Bound.atMost(Math.abs(percent), 1));
  }
}

package dev.bulwark.benchmarks.passwords;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The time of one hash at the shipped cost: the bundle's engine with each library, Keycloak's own
 * provider, and the reference C code.
 */
final class HashTimes implements Measurement {

  private static final double BUNDLED_TARGET = 1.8;
  private static final double COMPILED_TARGET = 3;
  private static final double PERCENT_BEHIND = 10;

  private final Plan plan;
  private final NativeLibraries libraries;
  private @Nullable Double fastest;

  HashTimes(Plan plan, NativeLibraries libraries) {
    this.plan = plan;
    this.libraries = libraries;
  }

  /** The bundle's engine, and the C code with the same library and pages. */
  private record Pair(
      NativeLibraries.Library library, HugePages pages, Series ours, Series reference) {}

  @Override
  public String name() {
    return "hash";
  }

  @Override
  public void measure(Report report) throws IOException, InterruptedException {
    NativeLibraries.Build build = libraries.get();
    HashSeries hash = new HashSeries(plan);
    Series keycloak = hash.keycloak();
    NativeLibraries.Library own = BundledLibrary.unpack(plan);
    List<Series> bundled =
        List.of(hash.bundled(own, HugePages.OFF), hash.bundled(own, HugePages.ON));
    List<Pair> compiled = new ArrayList<>();
    for (NativeLibraries.Library library : build.usable()) {
      ReferenceProgram program = ReferenceProgram.compile(plan, libraries, library);
      for (HugePages pages : HugePages.values()) {
        compiled.add(
            new Pair(
                library,
                pages,
                hash.compiled(library, library.equals(build.picked()), pages),
                hash.reference(program, library, pages)));
      }
    }
    List<Series> all = new ArrayList<>(List.of(keycloak));
    all.addAll(bundled);
    compiled.forEach(pair -> all.addAll(List.of(pair.ours, pair.reference)));
    Series.measure(plan.count(5, 1), all);
    fastest =
        Stream.concat(bundled.stream(), compiled.stream().map(Pair::ours))
            .mapToDouble(Series::median)
            .min()
            .orElseThrow();
    figure(report, keycloak);
    bundled.forEach(series -> faster(report, "", series, keycloak, BUNDLED_TARGET));
    build
        .tooNew()
        .forEach(level -> report.missing("libargon2 for " + level, "this processor lacks it"));
    compiled(report, build, keycloak, compiled);
    report.note(
        "One hash, Argon2id 64 MiB, 3 passes, 4 lanes, 32 bytes, one caller; `huge pages` is `GLIBC_TUNABLES=glibc.malloc.hugetlb=1`"
            + " with the kernel's setting `"
            + HugePages.kernel()
            + "`. The bundle's engine asks for huge pages itself, so the tunable changes the C program only."
            + " glibc knows it since 2.35; the image's base has 2.34 and ignores it.");
  }

  /** Milliseconds of the bundle's fastest hash; measured now if it was not before. */
  double fastest() throws IOException, InterruptedException {
    if (fastest == null) {
      measure(new Report());
    }
    if (fastest == null) {
      throw new IllegalStateException("nothing was measured");
    }
    return fastest;
  }

  private static void compiled(
      Report report, NativeLibraries.Build build, Series keycloak, List<Pair> compiled) {
    for (Pair pair : compiled) {
      figure(report, pair.ours);
      figure(report, pair.reference);
    }
    compiled.stream()
        .min(Comparator.comparingDouble(pair -> pair.ours.median()))
        .ifPresent(pair -> best(report, pair.ours, keycloak));
    Optional<Pair> picked =
        compiled.stream()
            .filter(pair -> pair.library.equals(build.picked()) && pair.pages == HugePages.OFF)
            .findFirst();
    if (picked.isEmpty()) {
      report.missing(
          "libargon2 that the image picks here",
          build.problem() == null ? "it picks argon2-jvm's own" : build.problem());
      return;
    }
    Series ours = picked.get().ours;
    Series reference =
        compiled.stream()
            .filter(pair -> pair.library.equals(build.picked()))
            .map(Pair::reference)
            .min(Comparator.comparingDouble(Series::median))
            .orElseThrow();
    faster(report, "Image: ", ours, keycloak, COMPILED_TARGET);
    double behind = 100 * (ours.median() / reference.median() - 1);
    report.target(
        "Image: against the faster " + reference.name(),
        milliseconds(ours) + " against " + milliseconds(reference),
        ours.samples().spread(1) + " against " + reference.samples().spread(1),
        "≤ 10 % slower",
        Samples.number(behind, 1) + " %",
        Bound.atMost(behind, PERCENT_BEHIND));
  }

  /** Of the compiled ones: chosen after the fact, so nothing to judge by. */
  private static void best(Report report, Series ours, Series keycloak) {
    report.figure(
        "Best of the compiled: " + ours.name(),
        milliseconds(ours)
            + ", "
            + Samples.number(keycloak.median() / ours.median(), 2)
            + "x as fast as Keycloak's",
        ours.samples().spread(1));
  }

  private static void figure(Report report, Series series) {
    report.figure(series.name(), milliseconds(series), series.samples().spread(1));
  }

  private static void faster(
      Report report, String before, Series ours, Series keycloak, double target) {
    double ratio = keycloak.median() / ours.median();
    report.target(
        before + ours.name(),
        milliseconds(ours),
        ours.samples().spread(1),
        "≥ " + target + "x as fast as Keycloak's",
        Samples.number(ratio, 2) + "x",
        Bound.atLeast(ratio, target));
  }

  private static String milliseconds(Series series) {
    return Samples.number(series.median(), 1) + " ms";
  }
}

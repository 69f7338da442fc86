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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The time of one hash at the shipped cost: the bundle's engine with argon2-jvm's library and with
 * that of the container image, and Keycloak's own provider.
 */
final class HashTimes implements Measurement {

  private static final double BUNDLED_TARGET = 1.8;
  private static final double COMPILED_TARGET = 3;

  /** As the server has it in the other measurements. Both engines get the same heap. */
  private static final List<String> HEAP = List.of("-Xms768m", "-Xmx768m");

  private final Plan plan;
  private final NativeLibraries libraries;

  HashTimes(Plan plan, NativeLibraries libraries) {
    this.plan = plan;
    this.libraries = libraries;
  }

  @Override
  public String name() {
    return "hash";
  }

  @Override
  public void measure(Report report) throws IOException, InterruptedException {
    NativeLibraries.Build build = libraries.get();
    Series keycloak =
        series(
            "Keycloak's own `Argon2PasswordHashProvider` (BouncyCastle)",
            List.of("-Dorg.jboss.logging.provider=slf4j"),
            KeycloakBenchmark.class);
    Series bundled = bundle("argon2-jvm's bundled libargon2", BundledLibrary.unpack(plan));
    List<Series> all = new ArrayList<>(List.of(keycloak, bundled));
    NativeLibraries.@Nullable Library library = build.picked();
    @Nullable Series picked = null;
    if (library != null) {
      picked = bundle("Image: libargon2 for " + library.level(), library);
      all.add(picked);
    }
    Series.measure(plan.count(5, 1), all);
    report.figure(keycloak.name(), milliseconds(keycloak), keycloak.samples().spread(1));
    faster(report, bundled, keycloak, BUNDLED_TARGET);
    if (picked == null) {
      report.missing("libargon2 that the image picks here", String.valueOf(build.problem()));
    } else {
      faster(report, picked, keycloak, COMPILED_TARGET);
    }
    report.note("One hash, Argon2id 64 MiB, 3 passes, 4 lanes, 32 bytes, one caller.");
  }

  private Series bundle(String name, NativeLibraries.Library library) {
    return series(name, library.jvmOptions(), HashBenchmark.class);
  }

  /** Milliseconds a hash. */
  private Series series(String name, List<String> options, Class<?> benchmark) {
    List<String> all = new ArrayList<>(HEAP);
    all.addAll(options);
    return new Series(
        name,
        () ->
            new Jmh(plan, all, Map.of())
                .calls(benchmark, "hash", plan.count(10, 3), plan.count(30, 8)));
  }

  private static void faster(Report report, Series ours, Series keycloak, double target) {
    double ratio = keycloak.median() / ours.median();
    report.target(
        ours.name(),
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

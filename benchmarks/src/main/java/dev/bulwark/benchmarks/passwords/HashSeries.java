package dev.bulwark.benchmarks.passwords;

import dev.bulwark.benchmarks.Jmh;
import dev.bulwark.benchmarks.Plan;
import java.util.ArrayList;
import java.util.List;

/** The ways to compute one hash at the shipped cost. Milliseconds a hash. */
final class HashSeries {

  /** As the server has it in the other measurements. Both engines get the same heap. */
  private static final List<String> HEAP = List.of("-Xms768m", "-Xmx768m");

  private final Plan plan;

  HashSeries(Plan plan) {
    this.plan = plan;
  }

  Series keycloak() {
    return new Series(
        "Keycloak's own `Argon2PasswordHashProvider` (BouncyCastle)",
        () ->
            jmh(List.of("-Dorg.jboss.logging.provider=slf4j"), HugePages.OFF)
                .calls(KeycloakBenchmark.class, "hash", warmUp(), calls()));
  }

  /** With {@link BundledLibrary}. */
  Series bundled(NativeLibraries.Library library, HugePages pages) {
    return new Series(
        "argon2-jvm's bundled libargon2" + pages.words(),
        () ->
            jmh(library.jvmOptions(), pages).calls(HashBenchmark.class, "hash", warmUp(), calls()));
  }

  Series compiled(NativeLibraries.Library library, boolean picked, HugePages pages) {
    return new Series(
        "libargon2 for "
            + library.level()
            + (picked ? " (what the image picks here)" : "")
            + pages.words(),
        () ->
            jmh(library.jvmOptions(), pages).calls(HashBenchmark.class, "hash", warmUp(), calls()));
  }

  Series reference(ReferenceProgram program, NativeLibraries.Library library, HugePages pages) {
    return new Series(
        "reference C code, " + library.level() + pages.words(),
        () ->
            program
                .time(Cost.SHIPPED, calls(), 1, pages.environment())
                .map(nanoseconds -> nanoseconds / 1e6));
  }

  private Jmh jmh(List<String> options, HugePages pages) {
    List<String> all = new ArrayList<>(HEAP);
    all.addAll(options);
    return new Jmh(plan, all, pages.environment());
  }

  private int warmUp() {
    return plan.count(10, 3);
  }

  private int calls() {
    return plan.count(30, 8);
  }
}

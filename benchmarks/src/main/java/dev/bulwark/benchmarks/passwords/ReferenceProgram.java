package dev.bulwark.benchmarks.passwords;

import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Samples;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The reference C code's own time: {@code time-argon2.c} with a compiled libargon2. */
final class ReferenceProgram {

  private final Plan plan;
  private final Path program;
  private final Path library;

  private ReferenceProgram(Plan plan, Path program, Path library) {
    this.plan = plan;
    this.program = program;
    this.library = library;
  }

  static ReferenceProgram compile(
      Plan plan, NativeLibraries libraries, NativeLibraries.Library library)
      throws IOException, InterruptedException {
    Path program = plan.folder("libargon2").resolve("time-argon2");
    Command.of(
            plan,
            "cc",
            "-O2",
            "-o",
            program.toString(),
            plan.root().resolve("benchmarks/src/main/c/time-argon2.c").toString(),
            "-I" + libraries.include(),
            "-ldl")
        .run();
    return new ReferenceProgram(plan, program, library.folder().resolve("libargon2.so"));
  }

  /**
   * Nanoseconds a call.
   *
   * @param batch calls that make one sample
   */
  Samples time(Cost cost, int samples, int batch, Map<String, String> environment)
      throws IOException, InterruptedException {
    String output =
        Command.of(
                plan,
                program.toString(),
                library.toString(),
                "" + cost.memory(),
                "" + cost.iterations(),
                "" + cost.parallelism(),
                "" + samples,
                "" + batch)
            .with(environment)
            .run();
    return Samples.of(output.lines().map(Double::valueOf).toList());
  }
}

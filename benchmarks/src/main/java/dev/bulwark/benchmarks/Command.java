package dev.bulwark.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A child process to run to its end.
 *
 * @param line program and arguments
 * @param environment variables beside those of this process
 * @param folder working folder
 */
public record Command(List<String> line, Map<String, String> environment, Path folder) {

  private static final long MINUTES = 30;

  /** A program in the repository's root. */
  public static Command of(Plan plan, String... line) {
    return new Command(List.of(line), Map.of(), plan.root());
  }

  /** This process's Java with this process's class path. */
  public static Command java(Plan plan, List<String> arguments) {
    List<String> line = new ArrayList<>(List.of(javaProgram(), "-cp"));
    line.add(System.getProperty("java.class.path"));
    line.addAll(arguments);
    return new Command(List.copyOf(line), Map.of(), plan.root());
  }

  public static String javaProgram() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  public Command with(Map<String, String> variables) {
    return new Command(line, Map.copyOf(variables), folder);
  }

  public Command in(Path other) {
    return new Command(line, environment, other);
  }

  /**
   * Runs the program.
   *
   * @return what it wrote to standard output
   * @throws IOException when it cannot start, fails or takes more than half an hour, with what it
   *     wrote to standard error
   */
  public String run() throws IOException, InterruptedException {
    Path errors = Files.createTempFile("bulwark-benchmark-", ".err");
    Path output = Files.createTempFile("bulwark-benchmark-", ".out");
    try {
      ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
      builder.redirectError(errors.toFile()).redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      try {
        process.getOutputStream().close();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
          throw new IOException(line.get(0) + " still runs after " + MINUTES + " minutes");
        }
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      String text = Files.readString(output, StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new IOException(
            String.join(" ", line.get(0), line.get(line.size() - 1))
                + " ended with "
                + process.exitValue()
                + ":\n"
                + text
                + Files.readString(errors, StandardCharsets.UTF_8));
      }
      return text;
    } finally {
      Files.deleteIfExists(errors);
      Files.deleteIfExists(output);
    }
  }

  /** Whether the PATH leads to the program. */
  public static boolean exists(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}

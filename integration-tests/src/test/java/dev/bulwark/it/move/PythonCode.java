package dev.bulwark.it.move;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * A real Python that runs code of the documentation and answers one line for each line it is given.
 * Not thread-safe.
 */
final class PythonCode implements AutoCloseable {

  private final Process process;
  private final BufferedWriter in;
  private final BufferedReader out;
  private final Path errors;

  private PythonCode(Process process, Path errors) {
    this.process = process;
    this.in = process.outputWriter(StandardCharsets.UTF_8);
    this.out = process.inputReader(StandardCharsets.UTF_8);
    this.errors = errors;
  }

  /**
   * Starts it; skips the test where no Python has the packages that the code imports.
   *
   * @param imports what the code imports, as Python lists it
   * @param packages where it is in Debian
   */
  static PythonCode start(
      Path folder, Map<String, String> environment, String imports, String packages, String code) {
    try {
      Path script = Files.createTempFile(folder, "code", ".py");
      Files.writeString(script, code);
      Path errors = Files.createTempFile(folder, "code", ".errors");
      ProcessBuilder builder =
          new ProcessBuilder(interpreter(imports, packages), script.toString())
              .redirectError(errors.toFile());
      builder.environment().putAll(environment);
      return new PythonCode(builder.start(), errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String ask(String line) {
    try {
      in.write(line + "\n");
      in.flush();
      String answer = out.readLine();
      if (answer == null) {
        throw new AssertionError("Python ended: " + Files.readString(errors));
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A Python that has all this; skips the test where there is none.
   *
   * @param imports as Python lists them
   * @param packages where they are in Debian
   */
  static String interpreter(String imports, String packages) {
    for (String candidate : List.of("python3", "/usr/bin/python3")) {
      try {
        Process probe =
            new ProcessBuilder(candidate, "-c", "import " + imports)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (probe.waitFor() == 0) {
          return candidate;
        }
      } catch (IOException e) {
        // No such program: the next one is tried.
        continue;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    return Assumptions.abort(
        "No Python here has " + imports + " (Debian packages " + packages + "): skipped.");
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

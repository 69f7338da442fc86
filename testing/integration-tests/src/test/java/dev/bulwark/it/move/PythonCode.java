package dev.bulwark.it.move;

import dev.bulwark.testing.Programs;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

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
   * @param modules what the code imports, with the Debian packages that have it
   */
  static PythonCode start(
      Path folder, Map<String, String> environment, Map<String, String> modules, String code) {
    try {
      Path script = Files.createTempFile(folder, "code", ".py");
      Files.writeString(script, code);
      Path errors = Files.createTempFile(folder, "code", ".errors");
      ProcessBuilder builder =
          new ProcessBuilder(Programs.requirePython(modules), script.toString())
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

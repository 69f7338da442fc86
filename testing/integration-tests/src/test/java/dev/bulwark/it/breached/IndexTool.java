package dev.bulwark.it.breached;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The packaged command {@code bulwark-breached-index}, run as a user runs it. */
final class IndexTool {

  private IndexTool() {}

  /** What the command printed and its exit code. */
  record Result(int exit, String output) {}

  static Result run(String... arguments) {
    Path jar =
        Path.of(
                "..",
                "..",
                "features",
                "breached-password-policy",
                "target",
                "bulwark-breached-index.jar")
            .toAbsolutePath()
            .normalize();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-jar",
                jar.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

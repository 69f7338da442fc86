package dev.bulwark.it.move;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.ShellBlock;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An operator who pastes the steps of docs/move into a shell at the root of the repository. */
final class Shell {

  private static final int TIMEOUT_MINUTES = 3;

  private final Map<String, String> environment;

  Shell(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** Runs what stands below a heading, up to the first command that fails. */
  Commands.Result step(String heading) {
    List<String> script =
        new ArrayList<>(ShellBlock.below("docs/move/prepare.md", "Before you begin"));
    try {
      script.addAll(ShellBlock.inFolder("docs/move", heading));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return run(String.join("", script));
  }

  private Commands.Result run(String script) {
    try {
      Path output = Files.createTempFile("move", ".log");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(List.of("bash", "-euo", "pipefail", "-c", script))
                .directory(Path.of("..").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder
            .environment()
            .merge(
                "PATH",
                Path.of(System.getProperty("java.home"), "bin").toString(),
                (path, java) -> java + File.pathSeparator + path);
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly().waitFor();
          throw new AssertionError("still running:\n" + Files.readString(output));
        }
        return new Commands.Result(process.exitValue(), Files.readString(output));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

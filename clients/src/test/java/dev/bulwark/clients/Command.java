package dev.bulwark.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program that runs to its end. */
final class Command {

  /** As the command {@code timeout} has it. */
  static final int TIMED_OUT = 124;

  /**
   * How it ended.
   *
   * @param exit its exit code; {@link #TIMED_OUT} if it was ended
   * @param output standard output and errors
   */
  record Result(int exit, String output) {}

  private Command() {}

  /**
   * Runs a program in a folder. One that runs for longer than the time-out is ended.
   *
   * @return empty if there is no such program
   */
  static Optional<Result> run(Path folder, Duration timeout, List<String> command) {
    try {
      Path output = Files.createTempFile("clients", ".log");
      try {
        Process process = start(folder, output, command);
        process.getOutputStream().close();
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly().waitFor();
          return Optional.of(
              new Result(TIMED_OUT, Files.readString(output) + "\nended by the test"));
        }
        return Optional.of(new Result(process.exitValue(), Files.readString(output)));
      } catch (NoSuchProgramException e) {
        return Optional.empty();
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

  private static Process start(Path folder, Path output, List<String> command)
      throws NoSuchProgramException {
    try {
      return new ProcessBuilder(command)
          .directory(folder.toFile())
          .redirectErrorStream(true)
          .redirectOutput(output.toFile())
          .start();
    } catch (IOException e) {
      throw new NoSuchProgramException(e);
    }
  }

  private static final class NoSuchProgramException extends Exception {
    private static final long serialVersionUID = 1L;

    NoSuchProgramException(IOException cause) {
      super(cause);
    }
  }
}

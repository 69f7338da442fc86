package dev.bulwark.redis.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A child process whose output goes to a file and which never outlives this virtual machine. It can
 * be paused, continued, ended and killed. Thread-safe.
 */
public final class LocalProcess implements AutoCloseable {

  private static final Duration END = Duration.ofSeconds(20);

  private final Process process;
  private final Path log;
  private final Thread killAtExit;

  private LocalProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.killAtExit = new Thread(process::destroyForcibly, "kill-" + process.pid());
  }

  /**
   * Starts a program.
   *
   * @param log file that the output is appended to
   */
  public static LocalProcess start(List<String> command, Path log) {
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      LocalProcess started = new LocalProcess(process, log);
      Runtime.getRuntime().addShutdownHook(started.killAtExit);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command.get(0), e);
    }
  }

  /** Runs a program to its end and fails with its output unless it ends with 0. */
  public static String run(Duration timeout, List<String> command) {
    try {
      Path out = Files.createTempFile("bulwark-run-", ".log");
      LocalProcess process = start(command, out);
      try {
        if (!process.process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)
            || process.process.exitValue() != 0) {
          throw new IllegalStateException(command + " failed:\n" + process.output());
        }
        return process.output();
      } finally {
        process.kill();
        Files.delete(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Stops it from being scheduled (SIGSTOP): connections stay open, nothing answers. */
  public void pause() {
    signal("STOP");
  }

  /** Lets a paused process go on (SIGCONT). */
  public void resume() {
    signal("CONT");
  }

  /** Ends it as {@code kill -9} does and waits for its end. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Asks it to end with a signal, for example {@code TERM}, and waits; kills it after 20 s. */
  public void stop(String signal) {
    if (process.isAlive()) {
      signal("CONT");
      signal(signal);
    }
    awaitEnd();
  }

  /** What it has printed so far. */
  public String output() {
    try {
      return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }

  private void signal(String name) {
    if (!process.isAlive()) {
      return;
    }
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
      if (kill.waitFor() != 0 && process.isAlive()) {
        throw new IllegalStateException("SIG" + name + " could not be sent to " + process.pid());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
      Runtime.getRuntime().removeShutdownHook(killAtExit);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IllegalStateException e) {
      // The virtual machine is going down: the hook runs and finds an ended process.
      if (process.isAlive()) {
        throw e;
      }
    }
  }
}

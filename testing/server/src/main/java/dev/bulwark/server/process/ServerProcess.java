package dev.bulwark.server.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A child process whose output goes to a file, and which never outlives this process.
 *
 * <p>The process writes the file itself: a line that it has logged before an answer is there when
 * the answer is. Only where the output is shown too does a thread copy it, a little later.
 *
 * <p>Keycloak's launcher is a shell that stays and has Java as its child: a signal that it cannot
 * pass on has to be sent to both. Thread-safe.
 */
public final class ServerProcess {

  private static final int TAIL_LINES = 60;

  private final Process process;
  private final Path logFile;
  private final Thread stopAtExit;
  private final @Nullable Thread pump;

  private ServerProcess(Process process, Path logFile, @Nullable Thread pump) {
    this.process = process;
    this.logFile = logFile;
    this.pump = pump;
    this.stopAtExit = new Thread(() -> end(process), "stop-" + process.pid());
  }

  /**
   * Starts a program.
   *
   * @param name of the process, for the names of its threads
   * @param environment more variables
   * @param logFile gets the output; its folder is made
   * @param echo whether the output is shown on this process's own output too, in short
   * @param append whether the log file is kept and continued, else it is begun anew
   * @throws IOException if the program or the log file cannot be opened
   */
  public static ServerProcess start(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path logFile,
      boolean echo,
      boolean append)
      throws IOException {
    Files.createDirectories(logFile.getParent());
    if (!append) {
      Files.deleteIfExists(logFile);
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    if (!echo) {
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()));
    }
    Process process = builder.start();
    process.getOutputStream().close();
    Thread pump = echo ? pump(name, process, logFile) : null;
    ServerProcess started = new ServerProcess(process, logFile, pump);
    Runtime.getRuntime().addShutdownHook(started.stopAtExit);
    return started;
  }

  /** Returns the process id of the program itself, not of the shell that has started it. */
  public long pid() {
    return process.descendants().findFirst().map(ProcessHandle::pid).orElseGet(process::pid);
  }

  /** Returns whether the process runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Returns what the exit code tells about the end of the process, which has ended. */
  public String ending() {
    return ExitStatus.of(process.exitValue());
  }

  /** Runs the action when the process has ended, for whatever reason. */
  public void onExit(Runnable action) {
    process.onExit().thenRun(action);
  }

  /**
   * Waits for the end and returns the exit code; a process that runs longer is ended.
   *
   * @throws ServerStartException if it runs longer, or if this thread is interrupted
   */
  public int await(Duration timeout) {
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        kill();
        throw new ServerStartException("still running after " + timeout + ":\n" + tail());
      }
      ended();
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerStartException("interrupted", e);
    }
  }

  /** Stops the process (SIGTERM) and waits for its end; one that runs longer is killed. */
  public void stop(Duration timeout) {
    terminate(process);
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        killAll(process);
      }
      ended();
    } catch (InterruptedException e) {
      killAll(process);
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the process and its children at once, and waits for their end. */
  public void kill() {
    stopForcibly();
  }

  /** Returns the content of the log file; empty if there is none. */
  public String output() {
    try {
      // Not readString: it refuses a line that is half written.
      return Files.exists(logFile)
          ? new String(Files.readAllBytes(logFile), StandardCharsets.UTF_8)
          : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the last lines of the output, for an error message. */
  public String tail() {
    List<String> lines = output().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()))
        + "\n("
        + logFile
        + ")";
  }

  private void stopForcibly() {
    killAll(process);
    try {
      ended();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ended() throws InterruptedException {
    if (pump != null) {
      pump.join(TimeUnit.SECONDS.toMillis(5));
    }
    try {
      Runtime.getRuntime().removeShutdownHook(stopAtExit);
    } catch (IllegalStateException e) {
      // The virtual machine is going down: the hook runs, and finds an ended process.
    }
  }

  /** {@link Process#destroy} would close the output, and with it lose what is logged at the end. */
  private static void terminate(Process process) {
    process.toHandle().destroy();
  }

  private static void end(Process process) {
    terminate(process);
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        killAll(process);
      }
    } catch (InterruptedException e) {
      killAll(process);
    }
  }

  /** Ends the process and its children at once and waits until they are gone. */
  private static void killAll(Process process) {
    List<ProcessHandle> all =
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(handle -> handle.onExit().join());
  }

  private static Thread pump(String name, Process process, Path logFile) {
    Thread pump = new Thread(() -> copy(process, logFile), "log-" + name);
    pump.setDaemon(true);
    pump.start();
    return pump;
  }

  private static void copy(Process process, Path logFile) {
    try (BufferedReader in = new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
        BufferedWriter out =
            Files.newBufferedWriter(
                logFile,
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND)) {
      EchoedLines echoed = new EchoedLines();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        out.write(line);
        out.newLine();
        out.flush();
        echoed.next(line).ifPresent(System.out::println);
      }
    } catch (IOException e) {
      if (process.isAlive()) {
        System.err.println("the log of process " + process.pid() + " is lost: " + e.getMessage());
      }
    }
  }
}

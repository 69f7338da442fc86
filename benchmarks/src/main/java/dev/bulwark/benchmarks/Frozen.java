package dev.bulwark.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Processes, stopped (SIGSTOP) until this is closed, so that their background work takes no time
 * from the measured processes. For one thread.
 */
public final class Frozen implements AutoCloseable {

  /** The kernel counts CPU time in hundredths of a second, for each process. */
  private static final double MOST_SECONDS = 0.1;

  private final List<Long> roots;

  /** The last that was stopped goes on first: the database before the server that asks it. */
  private final Deque<ProcessHandle> stopped = new ArrayDeque<>();

  /** A child of a killed database would stay behind for ever if it were still stopped. */
  private final Thread atExit = new Thread(this::goOn, "continue-frozen");

  private double before;

  private Frozen(List<Long> roots) {
    this.roots = List.copyOf(roots);
  }

  /**
   * Stops processes with all their descendants, one after the other.
   *
   * @param roots process ids; those that ask others come before them
   */
  public static Frozen freeze(List<Long> roots) throws IOException {
    Frozen frozen = new Frozen(roots);
    Runtime.getRuntime().addShutdownHook(frozen.atExit);
    try {
      for (long root : roots) {
        frozen.stop(root);
      }
      frozen.before = CpuTime.seconds(roots);
      return frozen;
    } catch (IOException | RuntimeException e) {
      frozen.close();
      throw e;
    }
  }

  /**
   * Makes sure that they have not run.
   *
   * @throws IllegalStateException when they have
   */
  public void check() throws IOException {
    double used = CpuTime.seconds(roots) - before;
    if (used > MOST_SECONDS) {
      throw new IllegalStateException("the stopped processes have used " + used + " s of CPU time");
    }
  }

  /** The process, and then its children: a stopped one makes no further ones. */
  private void stop(long pid) throws IOException {
    ProcessHandle process =
        ProcessHandle.of(pid).orElseThrow(() -> new IOException("process " + pid + " has ended"));
    stop(process);
    process.descendants().forEach(this::stop);
  }

  private void stop(ProcessHandle process) {
    synchronized (stopped) {
      stopped.push(process);
      signal("STOP", process);
    }
  }

  private void goOn() {
    synchronized (stopped) {
      ProcessHandle next = stopped.poll();
      if (next != null) {
        try {
          signal("CONT", next);
        } finally {
          // The others too, whatever happened to this one.
          goOn();
        }
      }
    }
  }

  private static void signal(String name, ProcessHandle process) {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
      // One that has ended meanwhile needs no signal.
      if (kill.waitFor() != 0 && process.isAlive()) {
        throw new IllegalStateException("SIG" + name + " could not be sent to " + process.pid());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("SIG" + name + " could not be sent to " + process.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    goOn();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }
}

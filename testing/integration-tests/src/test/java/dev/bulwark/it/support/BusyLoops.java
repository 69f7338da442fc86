package dev.bulwark.it.support;

import dev.bulwark.redis.process.LocalProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Other work on this machine: so many endless loops as the system property {@value #PROPERTY} says,
 * none unless it is set. A race that a quiet machine never shows needs them.
 */
public final class BusyLoops implements AutoCloseable {

  /** System property with the number of loops. */
  public static final String PROPERTY = "bulwark.load";

  private final List<LocalProcess> loops = new ArrayList<>();

  private BusyLoops() {}

  /** Starts the loops. */
  public static BusyLoops start() {
    BusyLoops load = new BusyLoops();
    Path log = WorkFolder.of("processes", "busy-loops.log");
    for (int i = 0; i < Integer.getInteger(PROPERTY, 0); i++) {
      load.loops.add(LocalProcess.start(List.of("sh", "-c", "while :; do :; done"), log));
    }
    return load;
  }

  @Override
  public void close() {
    loops.forEach(LocalProcess::close);
  }
}

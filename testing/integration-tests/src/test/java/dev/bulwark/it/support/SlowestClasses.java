package dev.bulwark.it.support;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Prints the classes that took longest when a run of many ends, so that the suite does not grow
 * unnoticed. The first class that uses the shared server counts its start. Called by one thread.
 */
public final class SlowestClasses implements TestExecutionListener {

  private static final int SHOWN = 10;

  private static final Map<String, Long> BEGUN = new HashMap<>();
  private static final Map<String, Duration> TIMES = new HashMap<>();

  @Override
  public void executionStarted(TestIdentifier test) {
    if (test.getSource().orElse(null) instanceof ClassSource) {
      BEGUN.put(test.getUniqueId(), System.nanoTime());
    }
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    Long begun = BEGUN.remove(test.getUniqueId());
    if (begun != null && test.getSource().orElse(null) instanceof ClassSource source) {
      TIMES.put(source.getClassName(), Duration.ofNanos(System.nanoTime() - begun));
    }
  }

  /** At the end of the session: Failsafe runs every class as a plan of its own. */
  static void print() {
    if (TIMES.size() <= SHOWN) {
      return;
    }
    Duration all = TIMES.values().stream().reduce(Duration.ZERO, Duration::plus);
    System.out.printf(
        "%d classes took %d min %d s; the slowest:%n",
        TIMES.size(), all.toMinutes(), all.toSecondsPart());
    List<Map.Entry<String, Duration>> slowest =
        TIMES.entrySet().stream()
            .sorted(Map.Entry.<String, Duration>comparingByValue(Comparator.reverseOrder()))
            .limit(SHOWN)
            .toList();
    slowest.forEach(
        entry -> System.out.printf("%6d s %s%n", entry.getValue().toSeconds(), entry.getKey()));
  }
}

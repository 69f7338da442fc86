package dev.bulwark.checker;

import java.time.Duration;

/** Is told about every check, for metrics. Called on the thread of the check; must be fast. */
@FunctionalInterface
public interface CheckObserver {

  /**
   * A check is done.
   *
   * @param verdict what it said
   * @param elapsed how long it took
   */
  void checked(Verdict verdict, Duration elapsed);
}

package dev.bulwark.checker;

import java.time.Duration;

/**
 * Receives the result of every check, for metrics. It is called on the thread of the check and must
 * be fast.
 */
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

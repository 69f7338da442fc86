package dev.bulwark.checker.statuslist;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Work that one of several callers does, while the others wait for it or go on. Thread-safe. */
final class SingleFlight {

  private final ReentrantLock lock = new ReentrantLock();

  /** Does the work, unless another thread is doing it. Returns whether it was done here. */
  boolean tryRun(Runnable work) {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      work.run();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the other thread has ended its turn.
   *
   * @param until as {@link System#nanoTime}
   * @return false if the time is over, or if this thread is interrupted
   */
  boolean await(long until) {
    long left = until - System.nanoTime();
    try {
      if (left > 0 && lock.tryLock(left, TimeUnit.NANOSECONDS)) {
        lock.unlock();
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }
}

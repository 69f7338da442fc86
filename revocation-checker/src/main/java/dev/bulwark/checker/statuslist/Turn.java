package dev.bulwark.checker.statuslist;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Work that one of several callers does, while the others wait for it or go on. Thread-safe. */
final class Turn {

  private final ReentrantLock lock = new ReentrantLock();

  /** Does the work, unless another thread is doing it. Returns whether it was done here. */
  boolean take(Runnable work) {
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

  /** Waits until the other thread has done it, or until the time is over. */
  void await(Duration longest) {
    try {
      if (lock.tryLock(longest.toNanos(), TimeUnit.NANOSECONDS)) {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

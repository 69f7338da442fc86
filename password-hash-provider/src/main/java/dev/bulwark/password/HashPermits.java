package dev.bulwark.password;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Bounds the memory of all hashes under way. A hash of the configured memory takes one permit, a
 * larger one takes as many as its memory needs, so that N permits stand for N times the configured
 * memory. First come, first served: nobody starves, and a login that has to wait waits, because
 * whatever is thrown here would become "wrong password" in Keycloak.
 */
final class HashPermits {

  private final int total;
  private final int memoryPerPermit;
  private final Semaphore semaphore;

  /**
   * @param total permits, at least 1
   * @param memoryPerPermit KiB that one permit stands for, at least 1
   */
  HashPermits(int total, int memoryPerPermit) {
    this.total = total;
    this.memoryPerPermit = memoryPerPermit;
    this.semaphore = new Semaphore(total, true);
  }

  /**
   * Waits for enough permits, without a time-out and regardless of interrupts, and runs the work
   * with them.
   *
   * @param memory KiB that the work needs
   * @param onAcquired told the time waited, in nanoseconds
   */
  <T> T run(int memory, WaitListener onAcquired, Supplier<T> work) {
    int permits = permitsFor(memory);
    long start = System.nanoTime();
    semaphore.acquireUninterruptibly(permits);
    try {
      onAcquired.waited(System.nanoTime() - start);
      return work.get();
    } finally {
      semaphore.release(permits);
    }
  }

  /** Waits until nothing else is under way and runs the work alone. */
  <T> T runAlone(Supplier<T> work) {
    semaphore.acquireUninterruptibly(total);
    try {
      return work.get();
    } finally {
      semaphore.release(total);
    }
  }

  /** Permits for so many KiB: at least 1, at most all. */
  int permitsFor(int memory) {
    return (int)
        Math.min(total, Math.max(1, ((long) memory + memoryPerPermit - 1) / memoryPerPermit));
  }

  int total() {
    return total;
  }

  int inUse() {
    return total - semaphore.availablePermits();
  }

  int waiting() {
    return semaphore.getQueueLength();
  }

  /** Told how long a caller waited. */
  @FunctionalInterface
  interface WaitListener {
    void waited(long nanos);
  }
}

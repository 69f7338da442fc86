package dev.bulwark.password;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Bounds the memory of all hashes under way. A hash of the configured memory takes one permit, a
 * larger one takes as many as its memory needs, so that N permits stand for N times the configured
 * memory; one that needs more than all of them runs alone. What Java computes shares a part of the
 * heap besides, since a heap that is exhausted ends the server. First come, first served: nobody
 * starves, and a login that has to wait waits, because whatever is thrown here would become "wrong
 * password" in Keycloak.
 */
final class HashPermits {

  private static final int NEGLIGIBLE_KIB = 1024;

  private final int total;
  private final int memoryPerPermit;
  private final Semaphore semaphore;
  private final int heapSize;
  private final Semaphore heap;

  /**
   * @param total permits, at least 1
   * @param memoryPerPermit KiB that one permit stands for, at least 1
   * @param heap KiB of the Java heap that all hashes may take together, at least 1
   */
  HashPermits(int total, int memoryPerPermit, int heap) {
    this.total = total;
    this.memoryPerPermit = memoryPerPermit;
    this.semaphore = new Semaphore(total, true);
    this.heapSize = heap;
    this.heap = new Semaphore(heap, true);
  }

  /**
   * Waits for enough permits, without a time-out and regardless of interrupts, and runs the work
   * with them.
   *
   * @param memory KiB that the work needs
   * @param onHeap KiB of it on the Java heap; what is below 1024 does not matter
   * @param onAcquired told the time waited, in nanoseconds
   */
  <T> T run(int memory, int onHeap, WaitListener onAcquired, Supplier<T> work) {
    long start = System.nanoTime();
    // The heap first: work that waits for it must not keep permits from work that needs none of it.
    return holding(
        heap,
        heapFor(onHeap),
        () ->
            holding(
                semaphore,
                permitsFor(memory),
                () -> {
                  onAcquired.waited(System.nanoTime() - start);
                  return work.get();
                }));
  }

  /** Waits until nothing else is under way and runs the work alone. */
  <T> T runAlone(Supplier<T> work) {
    return holding(semaphore, total, work);
  }

  private static <T> T holding(Semaphore semaphore, int permits, Supplier<T> work) {
    if (permits == 0) {
      // A fair semaphore would make even this wait.
      return work.get();
    }
    semaphore.acquireUninterruptibly(permits);
    try {
      return work.get();
    } finally {
      semaphore.release(permits);
    }
  }

  /** Permits for so many KiB: at least 1, at most all. */
  int permitsFor(int memory) {
    return (int)
        Math.min(total, Math.max(1, ((long) memory + memoryPerPermit - 1) / memoryPerPermit));
  }

  private int heapFor(int memory) {
    return memory < NEGLIGIBLE_KIB ? 0 : Math.min(memory, heapSize);
  }

  int total() {
    return total;
  }

  int inUse() {
    return total - semaphore.availablePermits();
  }

  /** The share of the heap for hashes that is in use, 0 to 1. */
  double heapInUse() {
    return 1 - (double) heap.availablePermits() / heapSize;
  }

  int waiting() {
    return semaphore.getQueueLength() + heap.getQueueLength();
  }

  /** Told how long a caller waited. */
  @FunctionalInterface
  interface WaitListener {
    void waited(long nanos);
  }
}

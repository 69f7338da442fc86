package dev.bulwark.limit.slot;

import dev.bulwark.limit.Attempt;
import dev.bulwark.limit.Decision;
import dev.bulwark.limit.Scope;
import dev.bulwark.limit.SharedLimiter;
import dev.bulwark.limit.Window;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Makes an attempt wait while other attempts without a result hold all slots that it needs. A
 * returned slot goes to the attempt that has waited longest on this node. An attempt is rejected as
 * soon as no slot can return. Thread-safe.
 */
public final class AttemptQueue {

  /** How often the first of a queue checks whether another node has given a slot back. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final SharedLimiter limiter;
  private final int maxWaiting;
  private final Duration maxWait;
  private final ConcurrentMap<String, WindowQueue> queues = new ConcurrentHashMap<>();
  private final AtomicInteger waiting = new AtomicInteger();

  /** Those who wait for one window. */
  private static final class WindowQueue {
    /** Whoever holds it is the first. */
    private final Semaphore first = new Semaphore(1, true);

    private int members;
    private long changes;

    synchronized long changes() {
      return changes;
    }

    synchronized void changed() {
      changes++;
      notifyAll();
    }

    synchronized void awaitChange(long seen, long nanos) throws InterruptedException {
      long end = System.nanoTime() + nanos;
      long left = nanos;
      while (changes == seen && left > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = end - System.nanoTime();
      }
    }
  }

  /**
   * Begins without anybody.
   *
   * @param limiter the windows
   * @param maxWaiting threads that wait at the same time, 0 or more; further attempts are refused
   *     at once
   * @param maxWait how long one waits at most
   */
  public AttemptQueue(SharedLimiter limiter, int maxWaiting, Duration maxWait) {
    this.limiter = limiter;
    this.maxWaiting = maxWaiting;
    this.maxWait = maxWait;
  }

  /** As {@link SharedLimiter#take}, after a wait where that helps. */
  public Decision take(Attempt attempt) {
    String busy = busyKey(attempt);
    Decision.Refused refused = null;
    if (busy == null) {
      Decision decision = limiter.take(attempt);
      if (!(decision instanceof Decision.Refused full) || !full.inFlight()) {
        return decision;
      }
      refused = full;
      busy = keyOf(attempt, full.scope());
    }
    if (waiting.incrementAndGet() > maxWaiting) {
      waiting.decrementAndGet();
      return refused != null ? refused : limiter.take(attempt);
    }
    WindowQueue queue = join(busy);
    try {
      return await(attempt, queue);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return limiter.take(attempt);
    } finally {
      leave(busy);
      waiting.decrementAndGet();
    }
  }

  private Decision await(Attempt attempt, WindowQueue queue) throws InterruptedException {
    long end = System.nanoTime() + maxWait.toNanos();
    if (!queue.first.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS)) {
      return limiter.take(attempt);
    }
    try {
      while (true) {
        long seen = queue.changes();
        Decision decision = limiter.take(attempt);
        long left = end - System.nanoTime();
        if (!(decision instanceof Decision.Refused full) || !full.inFlight() || left <= 0) {
          return decision;
        }
        queue.awaitChange(seen, Math.min(POLL_NANOS, left));
      }
    } finally {
      queue.first.release();
    }
  }

  /** The outcome of an attempt is known: whoever waits for one of its windows looks again. */
  public void settled(Attempt attempt) {
    if (queues.isEmpty()) {
      return;
    }
    for (String key : attempt.keys()) {
      WindowQueue queue = queues.get(key);
      if (queue != null) {
        queue.changed();
      }
    }
  }

  /** Threads that wait now. */
  public int waiting() {
    return waiting.get();
  }

  /**
   * A window of the attempt for which others wait: it may not overtake them. Of the first pool
   * alone: a known device does not queue with strangers.
   */
  private @Nullable String busyKey(Attempt attempt) {
    if (!queues.isEmpty()) {
      for (Window window : attempt.pools().get(0).windows()) {
        if (queues.containsKey(window.key())) {
          return window.key();
        }
      }
    }
    return null;
  }

  private static String keyOf(Attempt attempt, Scope scope) {
    return attempt.pools().stream()
        .flatMap(pool -> pool.windows().stream())
        .filter(window -> window.scope() == scope)
        .map(Window::key)
        .findFirst()
        .orElseThrow();
  }

  private WindowQueue join(String key) {
    return queues.compute(
        key,
        (same, queue) -> {
          WindowQueue joined = queue == null ? new WindowQueue() : queue;
          joined.members++;
          return joined;
        });
  }

  private void leave(String key) {
    queues.computeIfPresent(key, (same, queue) -> --queue.members == 0 ? null : queue);
  }
}

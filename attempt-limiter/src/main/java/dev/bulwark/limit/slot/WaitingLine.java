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
public final class WaitingLine {

  /** How often the first of a line looks whether another node has given a slot back. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final SharedLimiter limiter;
  private final int most;
  private final Duration longest;
  private final ConcurrentMap<String, Line> lines = new ConcurrentHashMap<>();
  private final AtomicInteger waiting = new AtomicInteger();

  /** Those who wait for one window. */
  private static final class Line {
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
   * @param most threads that wait at the same time, 0 or more; further attempts are refused at once
   * @param longest how long one waits at most
   */
  public WaitingLine(SharedLimiter limiter, int most, Duration longest) {
    this.limiter = limiter;
    this.most = most;
    this.longest = longest;
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
    if (waiting.incrementAndGet() > most) {
      waiting.decrementAndGet();
      return refused != null ? refused : limiter.take(attempt);
    }
    Line line = join(busy);
    try {
      return await(attempt, line);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return limiter.take(attempt);
    } finally {
      leave(busy);
      waiting.decrementAndGet();
    }
  }

  private Decision await(Attempt attempt, Line line) throws InterruptedException {
    long end = System.nanoTime() + longest.toNanos();
    if (!line.first.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS)) {
      return limiter.take(attempt);
    }
    try {
      while (true) {
        long seen = line.changes();
        Decision decision = limiter.take(attempt);
        long left = end - System.nanoTime();
        if (!(decision instanceof Decision.Refused full) || !full.inFlight() || left <= 0) {
          return decision;
        }
        line.awaitChange(seen, Math.min(LOOK_NANOS, left));
      }
    } finally {
      line.first.release();
    }
  }

  /** The outcome of an attempt is known: whoever waits for one of its windows looks again. */
  public void settled(Attempt attempt) {
    if (lines.isEmpty()) {
      return;
    }
    for (String key : attempt.keys()) {
      Line line = lines.get(key);
      if (line != null) {
        line.changed();
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
    if (!lines.isEmpty()) {
      for (Window window : attempt.pools().get(0).windows()) {
        if (lines.containsKey(window.key())) {
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

  private Line join(String key) {
    return lines.compute(
        key,
        (same, line) -> {
          Line joined = line == null ? new Line() : line;
          joined.members++;
          return joined;
        });
  }

  private void leave(String key) {
    lines.computeIfPresent(key, (same, line) -> --line.members == 0 ? null : line);
  }
}

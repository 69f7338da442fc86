package dev.bulwark.checker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps callers from waiting for a Redis that is known to be away: after a failure one caller an
 * interval may try, and only if no other still tries. The others are told at once. Thread-safe.
 */
final class Circuit {

  private final long interval;
  private volatile boolean open;
  private long nextTry;
  private @Nullable Thread trying;

  Circuit(Duration interval) {
    this.interval = interval.toNanos();
  }

  /**
   * Whether the caller may try. If so, the same thread reports how it went, and calls {@link
   * #ended()} in any case.
   *
   * @param now {@link System#nanoTime()}
   */
  boolean allows(long now) {
    return !open || mayRetry(now);
  }

  private synchronized boolean mayRetry(long now) {
    if (!open) {
      return true;
    }
    if (trying != null || now - nextTry < 0) {
      return false;
    }
    trying = Thread.currentThread();
    nextTry = now + interval;
    return true;
  }

  void succeeded() {
    if (open) {
      close();
    }
  }

  private synchronized void close() {
    open = false;
    trying = null;
  }

  /** The caller no longer tries. */
  void ended() {
    if (open) {
      release();
    }
  }

  private synchronized void release() {
    if (trying == Thread.currentThread()) {
      trying = null;
    }
  }

  /**
   * Notes a failure.
   *
   * @param now {@link System#nanoTime()}
   */
  synchronized void failed(long now) {
    open = true;
    nextTry = now + interval;
  }
}

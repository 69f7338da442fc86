package dev.bulwark.checker;

import java.time.Duration;

/**
 * Keeps callers from waiting for a Redis that is known to be away: after a failure one caller an
 * interval may try, the others are told at once. Thread-safe.
 */
final class Circuit {

  private final long interval;
  private volatile boolean open;
  private long nextTry;

  Circuit(Duration interval) {
    this.interval = interval.toNanos();
  }

  /**
   * Whether the caller may try; if so it reports how it went.
   *
   * @param now {@link System#nanoTime()}
   */
  boolean allows(long now) {
    return !open || isTurn(now);
  }

  private synchronized boolean isTurn(long now) {
    if (!open) {
      return true;
    }
    if (now - nextTry < 0) {
      return false;
    }
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

package dev.bulwark.http;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Stops requests to a failing service. After several failures in a row, no request is sent for a
 * while. Then one caller tries, and the result closes the circuit or opens it again. Thread-safe.
 */
public final class CircuitBreaker {

  private final int failuresToOpen;
  private final long pauseNanos;
  private final LongSupplier nanoTime;
  private int failures;
  private boolean open;
  private boolean trying;
  private long openUntil;

  /**
   * Creates a closed circuit.
   *
   * @param failuresToOpen failures in a row that open it, at least 1
   * @param pause how long it stays open
   */
  public CircuitBreaker(int failuresToOpen, Duration pause, LongSupplier nanoTime) {
    this.failuresToOpen = failuresToOpen;
    this.pauseNanos = pause.toNanos();
    this.nanoTime = nanoTime;
  }

  /**
   * Whether the caller may ask; it then must report {@link #succeeded}, {@link #failed} or {@link
   * #pause}.
   */
  public synchronized boolean mayAsk() {
    if (!open) {
      return true;
    }
    if (trying || nanoTime.getAsLong() - openUntil < 0) {
      return false;
    }
    trying = true;
    return true;
  }

  /** The service answered. */
  public synchronized void succeeded() {
    failures = 0;
    open = false;
    trying = false;
  }

  /** The service did not answer. */
  public synchronized void failed() {
    failures++;
    if (trying || failures >= failuresToOpen) {
      openFor(pauseNanos);
    }
  }

  /** Opens the circuit at once, as the service asked for. */
  public synchronized void pause(Duration wait) {
    openFor(wait.toNanos());
  }

  private void openFor(long nanos) {
    open = true;
    trying = false;
    openUntil = nanoTime.getAsLong() + nanos;
  }

  /** Whether the service is left alone for now; true until a try succeeds. */
  public synchronized boolean isOpen() {
    return open;
  }

  /**
   * Whether the service is left alone, and the time for a try came at most so long ago. While
   * nobody has a reason to try, {@link #isOpen} says nothing of how the service is now.
   */
  public synchronized boolean isOpen(Duration since) {
    return open && nanoTime.getAsLong() - openUntil <= since.toNanos();
  }
}

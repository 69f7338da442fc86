package dev.bulwark.events.record;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps a failure that each event has from filling the log. Thread-safe. */
public final class OncePerMinute {

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final AtomicLong next = new AtomicLong(System.nanoTime());

  /** Whether it is time: true for one caller a minute. */
  public boolean isDue() {
    long now = System.nanoTime();
    long due = next.get();
    return now - due >= 0 && next.compareAndSet(due, now + MINUTE);
  }
}

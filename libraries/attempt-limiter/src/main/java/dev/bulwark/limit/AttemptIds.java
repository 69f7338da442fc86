package dev.bulwark.limit;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Ids that no other attempt of any node has: a random start and a counter. Thread-safe. */
public final class AttemptIds {

  private final String node = Long.toUnsignedString(new SecureRandom().nextLong(), 36);
  private final AtomicLong next = new AtomicLong();

  /** A new id. */
  public String next() {
    return node + "-" + Long.toString(next.incrementAndGet(), 36);
  }
}

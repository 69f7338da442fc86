package dev.bulwark.ratelimit;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Ids that no other attempt of any node has: a random start and a counter. Thread-safe. */
final class AttemptIds {

  private final String node = Long.toUnsignedString(new SecureRandom().nextLong(), 36);
  private final AtomicLong next = new AtomicLong();

  String next() {
    return node + "-" + Long.toString(next.incrementAndGet(), 36);
  }
}

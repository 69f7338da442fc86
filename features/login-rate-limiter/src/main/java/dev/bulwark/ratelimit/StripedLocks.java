package dev.bulwark.ratelimit;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Locks by key; a few keys may share one. Thread-safe. */
final class StripedLocks {

  private static final int LOCKS = 1024;

  private final Lock[] locks = new Lock[LOCKS];

  StripedLocks() {
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  Lock of(String key) {
    return locks[Math.floorMod(key.hashCode(), LOCKS)];
  }
}

package dev.bulwark.password.migrate.realm;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.verify.LegacyVerifiers;
import java.io.PrintWriter;
import java.util.Set;

/**
 * Counts scrypt hashes that a server with a usual heap may reject: Java computes them, on its heap.
 * Not thread-safe.
 */
final class ScryptHeap {

  private static final Set<String> SCRYPT = Set.of(Algorithms.SCRYPT, Algorithms.FIREBASE_SCRYPT);
  private static final int LARGE_KIB = 100 * 1024;
  private static final long KIB_PER_MIB = 1024;

  private long large;
  private int largest;

  void add(StoredHash password) {
    if (!SCRYPT.contains(password.algorithm())) {
      return;
    }
    int heap = LegacyVerifiers.of(password.algorithm()).prepare(password, CostLimits.NONE).heap();
    large += heap > LARGE_KIB ? 1 : 0;
    largest = Math.max(largest, heap);
  }

  /** Prints the count and the heap of the largest, or nothing where there is none. */
  void print(PrintWriter to) {
    if (large > 0) {
      long heap = CostLimits.heapOfShare(largest);
      to.printf(
          "  scrypt hashes of more than 100 MiB: %d (the server needs a Java heap of %d MiB or"
              + " more, JAVA_OPTS_KC_HEAP)%n",
          large, (heap + KIB_PER_MIB - 1) / KIB_PER_MIB);
    }
  }
}

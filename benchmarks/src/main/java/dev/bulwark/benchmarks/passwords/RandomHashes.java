package dev.bulwark.benchmarks.passwords;

import java.util.SplittableRandom;

/**
 * Hashes as evenly spread as SHA-1's, the same at every run: the entries of the index. For one
 * thread.
 */
final class RandomHashes {

  static final int BYTES = 20;

  /** Entries of the index. */
  static final int ENTRIES = 10_000_000;

  private static final long SEED = 20_260_101;

  private final SplittableRandom random;

  private RandomHashes(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Those that are in the index. */
  static RandomHashes listed() {
    return new RandomHashes(SEED);
  }

  /** Others, none of which is in the index. */
  static RandomHashes unlisted() {
    return new RandomHashes(SEED + 1);
  }

  byte[] next() {
    byte[] hash = new byte[BYTES];
    random.nextBytes(hash);
    return hash;
  }
}

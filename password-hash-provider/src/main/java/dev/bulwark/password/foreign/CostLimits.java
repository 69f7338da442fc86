package dev.bulwark.password.foreign;

import dev.bulwark.password.argon2.Argon2Parameters;

/**
 * The most that verifying one stored hash may cost. Parameters come with imported hashes, so
 * without a limit one user record could take all memory or a processor for minutes.
 *
 * @param memory KiB, for Argon2 and scrypt
 * @param work KiB times passes (Argon2) or times parallelism (scrypt)
 * @param bcryptCost binary logarithm of bcrypt's rounds
 * @param iterations of PBKDF2 and rounds of sha-crypt
 * @param heap KiB of the Java heap, for what Java computes: scrypt, and Argon2 where libargon2 is
 *     not used
 */
public record CostLimits(int memory, long work, int bcryptCost, int iterations, int heap) {

  /**
   * A few seconds on one processor at most: 1 GiB with four passes over it, bcrypt 15, three
   * million iterations.
   */
  public static final CostLimits DEFAULT =
      new CostLimits(1024 * 1024, 4L * 1024 * 1024, 15, 3_000_000);

  /** No limits, to read a hash that is not about to be verified. */
  public static final CostLimits NONE =
      new CostLimits(Integer.MAX_VALUE, Long.MAX_VALUE, 31, Integer.MAX_VALUE);

  /** One of so many parts of the Java heap is for hashes. */
  private static final int HEAP_DIVISOR = 4;

  /**
   * KiB beside that part: a scrypt table of exactly a quarter, as with 128 MiB and the 512 MiB of
   * kc.sh, has a few blocks beside it.
   */
  private static final int HEAP_MARGIN_KIB = 1024;

  /** Without a limit of its own on the heap, which a command without a server has no use for. */
  public CostLimits(int memory, long work, int bcryptCost, int iterations) {
    this(memory, work, bcryptCost, iterations, Integer.MAX_VALUE);
  }

  /**
   * KiB of a Java heap that all hashes may take together which Java computes. The rest is
   * Keycloak's, whose server ends where the heap is exhausted (kc.sh).
   *
   * @param heap KiB, from 0
   */
  public static long shareOfHeap(long heap) {
    return heap / HEAP_DIVISOR + HEAP_MARGIN_KIB;
  }

  /**
   * KiB of the smallest Java heap of which hashes may take so much.
   *
   * @param share KiB, at least 1024
   */
  public static long heapOfShare(long share) {
    return (share - HEAP_MARGIN_KIB) * HEAP_DIVISOR;
  }

  /** These limits with another one on the heap. */
  public CostLimits withHeap(int kib) {
    return new CostLimits(memory, work, bcryptCost, iterations, kib);
  }

  /**
   * Checks parameters of Argon2, whatever computes it.
   *
   * @throws UnusableHashException when they cost more
   */
  public void check(Argon2Parameters parameters) {
    checkMemory(parameters.kib(), parameters.work());
  }

  /**
   * Checks memory and work, both in KiB.
   *
   * @throws UnusableHashException when either is more
   */
  void checkMemory(long memoryKib, long workKib) {
    atMost("memory", memoryKib, memory, " KiB");
    atMost("memory × iterations", workKib, work, " KiB");
  }

  /**
   * Checks what Java takes of its heap to compute a hash.
   *
   * @throws UnusableHashException when it is more
   */
  public void checkHeap(long kib) {
    atMost("memory", kib, heap, " KiB for a hash that Java computes");
  }

  public void checkBcryptCost(int cost) {
    atMost("bcrypt cost", cost, bcryptCost, "");
  }

  public void checkIterations(int count) {
    atMost("iterations", count, iterations, "");
  }

  /** Iterations times blocks of PBKDF2. */
  void checkPbkdf2Work(long work, long limit) {
    atMost("iterations × blocks", work, limit, "");
  }

  /**
   * Checks the length of a salt. PBKDF2, with which scrypt begins too, hashes the whole salt again
   * for each block of what it makes.
   *
   * @throws UnusableHashException when it is longer than any salt in use
   */
  public static void checkSalt(int bytes) {
    atMost("salt", bytes, Argon2Parameters.MAX_SALT_LENGTH, " bytes");
  }

  /**
   * These limits, but at least so many iterations.
   *
   * @param least any number
   */
  public CostLimits withIterationsAtLeast(int least) {
    return least <= iterations ? this : new CostLimits(memory, work, bcryptCost, least, heap);
  }

  private static void atMost(String what, long value, long limit, String unit) {
    if (value > limit) {
      throw new UnusableHashException(
          "its " + what + " of " + value + unit + " is over the limit of " + limit + unit);
    }
  }
}

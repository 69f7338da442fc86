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
 */
public record CostLimits(int memory, long work, int bcryptCost, int iterations) {

  /**
   * A few seconds on one processor at most: 1 GiB with four passes over it, bcrypt 15, three
   * million iterations.
   */
  public static final CostLimits DEFAULT =
      new CostLimits(1024 * 1024, 4L * 1024 * 1024, 15, 3_000_000);

  /** No limits, to read a hash that is not about to be verified. */
  public static final CostLimits NONE =
      new CostLimits(Integer.MAX_VALUE, Long.MAX_VALUE, 31, Integer.MAX_VALUE);

  /**
   * Checks parameters of Argon2.
   *
   * @throws UnusableHashException when they cost more
   */
  public void check(Argon2Parameters parameters) {
    checkMemory(parameters.memory(), parameters.work());
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
    return least <= iterations ? this : new CostLimits(memory, work, bcryptCost, least);
  }

  private static void atMost(String what, long value, long limit, String unit) {
    if (value > limit) {
      throw new UnusableHashException(
          "its " + what + " of " + value + unit + " is over the limit of " + limit + unit);
    }
  }
}

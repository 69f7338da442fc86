package dev.bulwark.password;

import dev.bulwark.password.argon2.Argon2Parameters;

/**
 * The most that verifying one stored hash may cost. Parameters come with imported hashes, so
 * without a limit one user record could take all memory or a processor for minutes.
 *
 * @param memory KiB, for Argon2 and scrypt
 * @param work KiB times passes, for Argon2 and scrypt
 */
public record CostLimits(int memory, long work) {

  /** 1 GiB, and four passes over it: about a second of BouncyCastle. */
  public static final CostLimits DEFAULT = new CostLimits(1024 * 1024, 4L * 1024 * 1024);

  /**
   * Checks parameters of Argon2.
   *
   * @throws UnusableHashException when they cost more
   */
  public void check(Argon2Parameters parameters) {
    atMost("memory", parameters.memory(), memory, " KiB");
    atMost("memory × iterations", parameters.work(), work, " KiB");
  }

  private static void atMost(String what, long value, long limit, String unit) {
    if (value > limit) {
      throw new UnusableHashException(
          "its " + what + " of " + value + unit + " is over the limit of " + limit + unit);
    }
  }
}

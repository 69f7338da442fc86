package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;

/**
 * Verifies the stored hashes of one algorithm. Stateless and safe for use by many threads at once.
 */
public interface PasswordVerifier {

  /** The algorithm id that the hashes are stored under, one of {@link Algorithms}. */
  String algorithm();

  /**
   * Reads a stored hash, without computing anything costly yet.
   *
   * @throws UnusableHashException when it is corrupt or costs more than the limits
   */
  Verification prepare(StoredHash stored, CostLimits limits);

  /** One stored hash, read and found affordable. */
  interface Verification {

    /** KiB of memory that {@link #matches} takes; below 1024 where it does not matter. */
    int memory();

    /** KiB of it on the Java heap; below 1024 where it does not matter. */
    default int heap() {
      return 0;
    }

    /**
     * Whether the password is the one of the hash: compared in constant time, exactly as the
     * library that made the hash would.
     *
     * @param password UTF-8; the caller owns the array and wipes it
     */
    boolean matches(byte[] password);
  }
}

package dev.bulwark.password.foreign;

/**
 * Parameters of scrypt (RFC 7914 section 2), checked.
 *
 * @param n the cost, a power of two above 1
 * @param r the block size, at least 1
 * @param p the parallelization, at least 1
 * @param hashLength bytes of the hash, at least 16
 */
public record ScryptParameters(int n, int r, int p, int hashLength) {

  public static final String R = "r";
  public static final String P = "p";

  /** Checks what RFC 7914 demands. */
  public ScryptParameters {
    if (n < 2 || Integer.bitCount(n) != 1) {
      throw new UnusableHashException("its scrypt N is no power of two above 1");
    }
    // RFC 7914: N < 2^(128 * r / 8).
    if (r < 1 || (r == 1 && n >= 65_536)) {
      throw new UnusableHashException("its scrypt r does not go with N");
    }
    // RFC 7914 allows more; BouncyCastle takes no more than an array's length of blocks.
    if (p < 1 || (long) r * p > Integer.MAX_VALUE / 1024) {
      throw new UnusableHashException("its scrypt p does not go with r");
    }
    if (hashLength < 16 || hashLength > 1024) {
      throw new UnusableHashException("its scrypt hash is not of 16 to 1024 bytes");
    }
  }

  /**
   * Memory in KiB: 128 * r bytes for each of N table elements, or of p blocks if those are more.
   */
  public long memory() {
    return Math.max(1, (long) Math.max(n, p) * r / 8);
  }

  /** The Java heap that BouncyCastle takes, in KiB: the table and several copies of the blocks. */
  public long heap() {
    return (n + 3L * p + 3) * r / 8 + 1;
  }

  /**
   * Checks the cost.
   *
   * @throws UnusableHashException when it is over the limits
   */
  public void check(CostLimits limits) {
    // No overflow: by the second line the memory has been found small.
    limits.checkMemory(memory(), memory());
    limits.checkMemory(memory(), Math.max(1, (long) n * r / 8) * p);
    limits.checkHeap(heap());
  }
}

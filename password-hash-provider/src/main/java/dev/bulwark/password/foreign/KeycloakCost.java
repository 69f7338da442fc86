package dev.bulwark.password.foreign;

/**
 * The cost of verifying a hash with one of Keycloak's own hashers ({@code pbkdf2}, {@code
 * pbkdf2-sha256}, {@code pbkdf2-sha512}), which compute whatever the stored fields ask for. Those
 * fields come with imports and with the Admin API too, so they are checked first (spec P5).
 */
public final class KeycloakCost {

  /**
   * Keycloak makes 64 bytes with each function, which is four blocks of SHA-1. PBKDF2 runs all its
   * iterations again for each block.
   */
  private static final int MAX_BLOCKS = 4;

  private KeycloakCost() {}

  /**
   * Checks a hash that a hasher of Keycloak is about to verify.
   *
   * @throws UnusableHashException when it costs more than the limits, or when its cost cannot be
   *     read
   */
  public static void check(StoredHash stored, CostLimits limits) {
    if (stored.iterations() < 1) {
      throw new UnusableHashException("its iterations are below 1");
    }
    CostLimits.checkSalt(stored.salt().length);
    limits.checkIterations(stored.iterations());
    limits.checkPbkdf2Work(
        (long) stored.iterations() * blocks(stored), (long) MAX_BLOCKS * limits.iterations());
  }

  /** Keycloak computes as many bytes as the stored text stands for. */
  private static long blocks(StoredHash stored) {
    String text = stored.value();
    int padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    long bytes = text.length() * 3L / 4 - padding;
    int block = blockLength(stored.algorithm());
    return Math.max(1, (bytes + block - 1) / block);
  }

  /** Bytes that the digest of a PBKDF2 algorithm makes. */
  public static int blockLength(String algorithm) {
    return switch (algorithm) {
      case Algorithms.PBKDF2_SHA512 -> 64;
      case Algorithms.PBKDF2_SHA256 -> 32;
      default -> 20;
    };
  }
}

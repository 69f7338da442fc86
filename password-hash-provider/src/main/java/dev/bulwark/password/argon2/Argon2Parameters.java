package dev.bulwark.password.argon2;

/**
 * Everything but password and salt that an Argon2 hash depends on.
 *
 * @param type the variant
 * @param version the version
 * @param memory memory in KiB, at least 8 for each lane (RFC 9106 section 3.1)
 * @param iterations passes over the memory, at least 1
 * @param parallelism lanes, 1 to {@value #MAX_PARALLELISM}
 * @param hashLength bytes of the hash, {@value #MIN_HASH_LENGTH} to {@value #MAX_HASH_LENGTH}
 */
public record Argon2Parameters(
    Argon2Type type,
    Argon2Version version,
    int memory,
    int iterations,
    int parallelism,
    int hashLength) {

  /** RFC 9106 allows 2^24-1; libargon2 starts a thread a lane, so a far smaller bound is kept. */
  public static final int MAX_PARALLELISM = 64;

  /** The least that RFC 9106 allows. */
  public static final int MIN_HASH_LENGTH = 4;

  /** Far above any hash in use; the database column would hold more. */
  public static final int MAX_HASH_LENGTH = 1024;

  /** The least salt that libargon2 accepts, in bytes. */
  public static final int MIN_SALT_LENGTH = 8;

  /** Far above any salt in use, in bytes. */
  public static final int MAX_SALT_LENGTH = 1024;

  /**
   * Checks every range.
   *
   * @throws IllegalArgumentException naming the parameter that is out of range
   */
  public Argon2Parameters {
    require(
        parallelism >= 1 && parallelism <= MAX_PARALLELISM,
        "parallelism " + parallelism + " is not within 1.." + MAX_PARALLELISM);
    require(
        memory >= 8 * parallelism,
        "memory " + memory + " KiB is below 8 KiB for each of " + parallelism + " lanes");
    require(iterations >= 1, "iterations " + iterations + " is below 1");
    require(
        hashLength >= MIN_HASH_LENGTH && hashLength <= MAX_HASH_LENGTH,
        "hash length " + hashLength + " is not within " + MIN_HASH_LENGTH + ".." + MAX_HASH_LENGTH);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /**
   * Checks the length of a salt.
   *
   * @throws IllegalArgumentException when it is not within {@value #MIN_SALT_LENGTH}..{@value
   *     #MAX_SALT_LENGTH}
   */
  public static void requireSaltLength(int length) {
    require(
        length >= MIN_SALT_LENGTH && length <= MAX_SALT_LENGTH,
        "salt length " + length + " is not within " + MIN_SALT_LENGTH + ".." + MAX_SALT_LENGTH);
  }

  /** Memory times passes, in KiB: proportional to the time a hash takes. */
  public long work() {
    return (long) memory * iterations;
  }
}

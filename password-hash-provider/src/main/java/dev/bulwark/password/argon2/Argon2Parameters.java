package dev.bulwark.password.argon2;

/**
 * Everything but password and salt that an Argon2 hash depends on.
 *
 * @param type the variant
 * @param version the version
 * @param memory memory in KiB as it goes into the hash, at least 1; {@link #kib()} is what it takes
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

  /** The most that RFC 9106 allows, and Keycloak's own hasher. */
  public static final int MAX_PARALLELISM = (1 << 24) - 1;

  /** The least that RFC 9106 allows. */
  public static final int MIN_HASH_LENGTH = 4;

  /** Far above any hash in use; Keycloak's option and the database column have no limit. */
  public static final int MAX_HASH_LENGTH = 65_536;

  private static final int KIB_PER_LANE = 8;

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
    require(memory >= 1, "memory " + memory + " KiB is below 1");
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

  /**
   * Whether the memory is at least 8 KiB for each lane, as RFC 9106 (section 3.1) and libargon2
   * demand. Keycloak's own hasher computes hashes of less, too.
   */
  public boolean isStandard() {
    return memory >= KIB_PER_LANE * parallelism;
  }

  /** KiB that computing the hash takes: no less than 8 for each lane. */
  public int kib() {
    return Math.max(memory, KIB_PER_LANE * parallelism);
  }

  /** KiB times passes: proportional to the time a hash takes. */
  public long work() {
    return (long) kib() * iterations;
  }

  /** The same with other passes. */
  public Argon2Parameters withIterations(int passes) {
    return new Argon2Parameters(type, version, memory, passes, parallelism, hashLength);
  }
}

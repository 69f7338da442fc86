package dev.bulwark.password.argon2;

/** Something that computes Argon2. Safe for use by many threads at once. */
public interface Argon2Engine {

  /**
   * Computes a hash. The caller owns the arrays and wipes them.
   *
   * @param parameters what to compute
   * @param password the password, any length, may be empty
   * @param salt {@value Argon2Parameters#MIN_SALT_LENGTH} to {@value
   *     Argon2Parameters#MAX_SALT_LENGTH} bytes
   * @return {@code parameters.hashLength()} bytes
   * @throws Argon2ResourceException when memory or threads are short at this moment
   * @throws IllegalArgumentException when the salt's length is out of range
   */
  byte[] hash(Argon2Parameters parameters, byte[] password, byte[] salt);

  /** What computes, and from where, in words for a log line. */
  String description();

  /** Whether this is libargon2. */
  boolean isNative();

  /** KiB of the Java heap that a hash takes: none with libargon2. */
  default int heap(Argon2Parameters parameters) {
    return isNative() && parameters.isStandard() ? 0 : parameters.kib();
  }
}

package dev.bulwark.checker;

/** Asks Redis about one token, in one round trip at most. Thread-safe. */
interface Lookup extends AutoCloseable {

  /**
   * Asks.
   *
   * @throws RedisUnavailableException if Redis does not answer
   */
  RedisAnswer read(RedisAccess redis, String jti);

  /** Whether an answer may be remembered at once. */
  default boolean isProof(RedisAnswer reading) {
    return true;
  }

  @Override
  default void close() {}
}

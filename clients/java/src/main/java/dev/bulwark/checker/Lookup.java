package dev.bulwark.checker;

import org.jspecify.annotations.Nullable;

/** Asks Redis about one token, in one round trip at most. Thread-safe. */
interface Lookup extends AutoCloseable {

  /**
   * Asks.
   *
   * @param realm of the token; null if it has none, or if only the heartbeat is asked for
   * @throws RedisUnavailableException if Redis does not answer
   */
  RedisAnswer read(RedisAccess redis, String jti, @Nullable String realm);

  /** Whether an answer may be remembered at once. */
  default boolean isProof(RedisAnswer reading) {
    return true;
  }

  @Override
  default void close() {}
}

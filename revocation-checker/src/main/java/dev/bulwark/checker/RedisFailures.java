package dev.bulwark.checker;

import java.net.SocketTimeoutException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/** What a failure says about the next call. */
final class RedisFailures {

  private static final int MAX_DEPTH = 16;

  private RedisFailures() {}

  /** All connections are in use: this caller fails, but Redis is there. */
  static boolean isExhaustedPool(JedisException failure) {
    return failure.getCause() instanceof NoSuchElementException;
  }

  /**
   * A connection was dead, such as one of the pool after a restart of Redis: a fresh one may do.
   * Not so a time-out, which a second try would double.
   */
  static boolean isLostConnection(JedisException failure) {
    return failure instanceof JedisConnectionException && !isTimeout(failure);
  }

  private static boolean isTimeout(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (cause instanceof SocketTimeoutException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  /** In one line, deepest cause included. Jedis puts no password into a message. */
  static String describe(Throwable failure) {
    Throwable deepest = failure;
    for (int depth = 0; deepest.getCause() != null && depth < MAX_DEPTH; depth++) {
      deepest = deepest.getCause();
    }
    return deepest == failure ? text(failure) : text(failure) + " (" + text(deepest) + ")";
  }

  private static String text(Throwable failure) {
    @Nullable String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}

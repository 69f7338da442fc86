package dev.bulwark.checker.jedis;

import dev.bulwark.checker.RedisUnavailableException;
import dev.bulwark.checker.RedisUnavailableException.Kind;
import java.net.SocketTimeoutException;
import java.util.NoSuchElementException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/** Tells what a failure of Jedis says about the next call. */
final class JedisFailures {

  private static final int MAX_DEPTH = 16;

  private JedisFailures() {}

  /** Jedis puts no password into a message. */
  static RedisUnavailableException of(JedisException failure) {
    String message = failure.getMessage();
    return new RedisUnavailableException(
        kind(failure), message == null ? failure.getClass().getSimpleName() : message, failure);
  }

  private static Kind kind(JedisException failure) {
    if (failure.getCause() instanceof NoSuchElementException) {
      return Kind.POOL_EXHAUSTED;
    }
    return failure instanceof JedisConnectionException && !isTimeout(failure)
        ? Kind.CONNECTION_LOST
        : Kind.OTHER;
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
}

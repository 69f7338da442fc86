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

  /** A virtual thread that is interrupted finds its connection closed. */
  static boolean isInterruption(JedisException failure) {
    return Thread.currentThread().isInterrupted() || has(failure, InterruptedException.class);
  }

  private static Kind kind(JedisException failure) {
    if (isInterruption(failure)) {
      return Kind.INTERRUPTED;
    }
    if (failure.getCause() instanceof NoSuchElementException) {
      return Kind.POOL_EXHAUSTED;
    }
    return failure instanceof JedisConnectionException
            && !has(failure, SocketTimeoutException.class)
        ? Kind.CONNECTION_LOST
        : Kind.OTHER;
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> type) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (type.isInstance(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}

package dev.bulwark.checker.springdata;

import dev.bulwark.checker.RedisUnavailableException;
import dev.bulwark.checker.RedisUnavailableException.Kind;
import java.util.NoSuchElementException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.PoolException;

/** Tells what a failure of Spring Data Redis says about the next call. */
final class SpringDataFailures {

  private static final int MAX_DEPTH = 16;

  /** Of a command without a connection; for others Lettuce has subclasses. Not every app has it. */
  private static final String LETTUCE = "io.lettuce.core.RedisException";

  private SpringDataFailures() {}

  static RedisUnavailableException of(RuntimeException failure) {
    String message = failure.getMessage();
    return new RedisUnavailableException(
        kind(failure), message == null ? failure.getClass().getSimpleName() : message, failure);
  }

  /** A virtual thread that is interrupted finds its connection closed. */
  static boolean isInterruption(RuntimeException failure) {
    return Thread.currentThread().isInterrupted() || has(failure, InterruptedException.class);
  }

  private static Kind kind(RuntimeException failure) {
    if (isInterruption(failure)) {
      return Kind.INTERRUPTED;
    }
    if (has(failure, NoSuchElementException.class)) {
      return Kind.POOL_EXHAUSTED;
    }
    boolean connection =
        failure instanceof RedisConnectionFailureException
            || failure instanceof PoolException
            || isWithoutConnection(failure);
    return connection && !isTimeout(failure) ? Kind.CONNECTION_LOST : Kind.OTHER;
  }

  private static boolean isWithoutConnection(RuntimeException failure) {
    Throwable cause = failure.getCause();
    return cause != null && cause.getClass().getName().equals(LETTUCE);
  }

  /** Each driver has its own exceptions for it. */
  private static boolean isTimeout(RuntimeException failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (cause instanceof QueryTimeoutException
          || cause.getClass().getSimpleName().contains("Timeout")) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
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

package dev.bulwark.redis.topology;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Tells failures of the service from failures of one command. */
public final class RedisFailures {

  /**
   * First words of error replies that say that the server serves nobody just now, or not us. See
   * Redis, "Error handling" and the server's {@code src/server.c} shared replies.
   */
  private static final Set<String> REFUSALS =
      Set.of(
          "LOADING",
          "READONLY",
          "CLUSTERDOWN",
          "MASTERDOWN",
          "TRYAGAIN",
          "MOVED",
          "ASK",
          "OOM",
          "MISCONF",
          "NOREPLICAS",
          "NOAUTH",
          "WRONGPASS",
          "NOPERM",
          "BUSY");

  private RedisFailures() {}

  /** Whether further calls are likely to fail as well. */
  public static boolean isOutage(JedisException failure) {
    if (failure instanceof JedisDataException data) {
      String reply = data.getMessage();
      return reply != null && REFUSALS.contains(firstWord(reply));
    }
    return !isExhaustedPool(failure);
  }

  /** All connections are in use: the caller fails, but Redis is there. */
  static boolean isExhaustedPool(JedisException failure) {
    return failure.getCause() instanceof java.util.NoSuchElementException;
  }

  /** What went wrong in one line, deepest cause included, without user data. */
  public static String describe(Throwable failure) {
    Throwable deepest = failure;
    for (int depth = 0; depth < 16; depth++) {
      Throwable next = nextCause(deepest);
      if (next == null) {
        break;
      }
      deepest = next;
    }
    String text = message(failure);
    String detail = message(deepest);
    return text.contains(detail) ? text : text + " (" + detail + ")";
  }

  /** The cause, or what a failure at several nodes has been given along. */
  private static @Nullable Throwable nextCause(Throwable failure) {
    if (failure.getCause() != null) {
      return failure.getCause();
    }
    Throwable[] suppressed = failure.getSuppressed();
    return suppressed.length == 0 ? null : suppressed[0];
  }

  private static String message(Throwable failure) {
    @Nullable String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  private static String firstWord(String reply) {
    int end = reply.indexOf(' ');
    return (end < 0 ? reply : reply.substring(0, end)).toUpperCase(Locale.ROOT);
  }
}

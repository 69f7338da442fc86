package dev.bulwark.redis;

import org.jspecify.annotations.Nullable;

/**
 * Redis did not answer, or was known to be unreachable and got no request. The command may have
 * taken effect or not.
 */
public final class RedisUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With the failure that was seen, if this call saw one. */
  public RedisUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

package dev.bulwark.redis;

import org.jspecify.annotations.Nullable;

/**
 * Redis could not be asked, or was known to be away and was not asked. The command may or may not
 * have had its effect.
 */
public final class RedisUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With the failure that was seen, if this call saw one. */
  public RedisUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

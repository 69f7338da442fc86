package dev.bulwark.checker;

import org.jspecify.annotations.Nullable;

/** Redis did not answer a {@link RedisAccess}. The message holds no secret. */
public final class RedisUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The kind of a failure, which decides about the next call. */
  public enum Kind {

    /**
     * The connection was dead, such as one of a pool after a restart of Redis: the check is
     * repeated once on a fresh connection.
     */
    CONNECTION_LOST,

    /** All connections of this process are in use. Redis itself may be well. */
    POOL_EXHAUSTED,

    /** The caller's thread was interrupted while it waited. Redis itself may be well. */
    INTERRUPTED,

    /** Anything else, timeouts included: a second try would double the wait. */
    OTHER;

    /** Whether such a failure says something about Redis, and not only about one caller. */
    boolean isOfRedis() {
      return this == CONNECTION_LOST || this == OTHER;
    }
  }

  private final Kind kind;

  /**
   * A failure.
   *
   * @param message for the log, without a secret
   * @param cause null if there is none
   */
  public RedisUnavailableException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Returns the kind of the failure, which decides about the next call. */
  public Kind kind() {
    return kind;
  }
}

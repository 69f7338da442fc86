package dev.bulwark.legacy.endpoint;

import org.jspecify.annotations.Nullable;

/** The endpoint gave no answer that can be relied on. */
public final class NoAnswerException extends Exception {

  private static final long serialVersionUID = 1L;

  private final Reason reason;

  NoAnswerException(Reason reason, String message) {
    this(reason, message, null);
  }

  NoAnswerException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}

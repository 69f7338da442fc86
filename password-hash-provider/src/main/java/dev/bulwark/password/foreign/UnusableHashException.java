package dev.bulwark.password.foreign;

/**
 * A hash that cannot be read or verified: unknown, corrupt, or too costly. The message never
 * contains salt or hash.
 */
public final class UnusableHashException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a reason for a log or a list of refused rows, free of salt and hash. */
  public UnusableHashException(String reason) {
    super(reason);
  }
}

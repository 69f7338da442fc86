package dev.bulwark.password;

/**
 * A stored hash that cannot be verified: corrupt, or too costly. The message never contains salt or
 * hash.
 */
public final class UnusableHashException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a reason for the log, free of salt and hash. */
  public UnusableHashException(String reason) {
    super(reason);
  }
}

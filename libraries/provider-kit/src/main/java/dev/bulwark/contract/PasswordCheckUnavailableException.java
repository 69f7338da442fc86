package dev.bulwark.contract;

/**
 * A password could not be checked, because the system that checks it gave no reliable answer. This
 * is not a wrong password: the login is rejected, and no failure counts against the user.
 */
public final class PasswordCheckUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String reason;
  private final int retryAfterSeconds;

  /**
   * Creates one.
   *
   * @param reason a short identifier for events, such as {@code timeout}
   * @param retryAfterSeconds when an attempt may succeed, at least 1
   */
  public PasswordCheckUnavailableException(String reason, int retryAfterSeconds) {
    super("The password cannot be checked: " + reason);
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  public String reason() {
    return reason;
  }

  public int retryAfterSeconds() {
    return retryAfterSeconds;
  }
}

package dev.bulwark.contract;

/**
 * Makes all failed logins cost and take the same, whichever user they name. The hasher of a request
 * stores it in the session, under {@link #ATTRIBUTE}.
 */
public interface FailedLogin {

  /** Name of the session attribute. */
  String ATTRIBUTE = "bulwark.password.failed-login";

  /**
   * Computes the hash that is missing, if one is, and waits until the login has taken as long as
   * any.
   *
   * @param start when the login began, of {@link System#nanoTime()}
   */
  void equalize(long start);

  /**
   * Tells that a password was checked elsewhere: failed logins take as long from now on.
   *
   * @param kind a name for such checks
   * @param nanos how long the check took
   */
  void checkedElsewhere(String kind, long nanos);
}

package dev.bulwark.contract;

/**
 * Makes failed logins cost the same and take as long, whoever they are about. The hasher of a
 * request puts it at the session, under {@link #ATTRIBUTE}.
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

package dev.bulwark.contract;

/**
 * The device of a login in a browser. The part that keeps the device cookies stores it in the
 * session, under {@link #ATTRIBUTE}, once the user has logged in.
 *
 * @param known whether this user had logged in on it before
 */
public record LoginDevice(boolean known) {

  /** Name of the session attribute. */
  public static final String ATTRIBUTE = "bulwark.login-device";
}

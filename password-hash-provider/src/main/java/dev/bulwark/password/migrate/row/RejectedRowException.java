package dev.bulwark.password.migrate.row;

/** A row that is not converted. The message is for the list of refused rows: no hash, no secret. */
public final class RejectedRowException extends Exception {

  private static final long serialVersionUID = 1L;

  public RejectedRowException(String reason) {
    super(reason, null, false, false);
  }
}

package dev.bulwark.apikey.bulk;

/** A row that cannot be taken; its message may be shown and holds no hash. */
public final class RejectedRowException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String error;

  public RejectedRowException(String error, String detail) {
    super(detail);
    this.error = error;
  }

  static RejectedRowException invalid(String detail) {
    return new RejectedRowException("invalid_request", detail);
  }

  /** The kind of error, as in other answers. */
  public String error() {
    return error;
  }

  /** What is wrong with the row. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}

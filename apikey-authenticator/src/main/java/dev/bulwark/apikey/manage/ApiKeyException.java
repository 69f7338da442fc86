package dev.bulwark.apikey.manage;

/** A request about keys that cannot be fulfilled; its message may be shown to the caller. */
public final class ApiKeyException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What is wrong, with the HTTP status it becomes. */
  public enum Kind {
    INVALID_REQUEST(400),
    INVALID_SCOPE(400),
    FORBIDDEN(403),
    INSUFFICIENT_SCOPE(403),
    EMAIL_NOT_VERIFIED(403),
    NOT_FOUND(404),
    CONFLICT(409),
    LIMIT_EXCEEDED(409),
    /** Of all keys that are stored, expired ones included. */
    STORED_LIMIT_EXCEEDED(409),
    /** Another request was first; the same request can succeed now. */
    BUSY(503);

    private final int status;

    Kind(int status) {
      this.status = status;
    }

    public int status() {
      return status;
    }
  }

  private final Kind kind;
  private final String detail;

  public ApiKeyException(Kind kind, String detail) {
    super(detail);
    this.kind = kind;
    this.detail = detail;
  }

  /** What was wrong, for the caller. */
  public String detail() {
    return detail;
  }

  public Kind kind() {
    return kind;
  }
}

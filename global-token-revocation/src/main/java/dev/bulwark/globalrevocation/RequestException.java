package dev.bulwark.globalrevocation;

/** A request is answered with an error. */
final class RequestException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String error;

  private RequestException(int status, String error, String description) {
    super(description);
    this.status = status;
    this.error = error;
  }

  /** 400: the request is malformed. */
  static RequestException invalid(String description) {
    return new RequestException(400, "invalid_request", description);
  }

  /** 401: the caller is not authenticated. */
  static RequestException unauthorized(String description) {
    return new RequestException(401, "invalid_token", description);
  }

  /** 403: the caller may not do that. */
  static RequestException forbidden(String error, String description) {
    return new RequestException(403, error, description);
  }

  /** 404: no such user. */
  static RequestException unknownSubject() {
    return new RequestException(404, "unknown_subject", "The realm has no such user");
  }

  /** 422: several users have the subject. */
  static RequestException ambiguous() {
    return new RequestException(
        422, "ambiguous_subject", "Several users have this e-mail address: name one by its id");
  }

  /** 503: whether the realm has such a user, and what it has, cannot be read at present. */
  static RequestException unavailable(RuntimeException cause) {
    RequestException unavailable =
        new RequestException(
            503,
            "temporarily_unavailable",
            "A user store or the database does not answer, so nothing has ended");
    unavailable.initCause(cause);
    return unavailable;
  }

  int status() {
    return status;
  }

  /** An error code in the form of OAuth. */
  String error() {
    return error;
  }

  String description() {
    return String.valueOf(getMessage());
  }
}

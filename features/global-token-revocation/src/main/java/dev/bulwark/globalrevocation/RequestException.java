package dev.bulwark.globalrevocation;

import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A request is answered with an error. */
final class RequestException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final String INVALID_TOKEN = "invalid_token";
  private static final String INSUFFICIENT_SCOPE = "insufficient_scope";
  private static final String UNAVAILABLE = "temporarily_unavailable";

  private static final int RETRY_SECONDS = 5;

  private final int status;
  private final @Nullable String error;
  private final long retrySeconds;

  private RequestException(int status, @Nullable String error, String description) {
    this(status, error, description, 0);
  }

  private RequestException(
      int status, @Nullable String error, String description, long retrySeconds) {
    super(description);
    this.status = status;
    this.error = error;
    this.retrySeconds = retrySeconds;
  }

  /** 400: the request is malformed. */
  static RequestException invalid(String description) {
    return new RequestException(400, "invalid_request", description);
  }

  /** 401: the request has no credentials that the endpoint knows. */
  static RequestException unauthenticated() {
    return new RequestException(401, null, "A bearer token is required");
  }

  /** 401: the credentials are not valid. */
  static RequestException unauthorized(String description) {
    return new RequestException(401, INVALID_TOKEN, description);
  }

  /** 403: nobody may call. */
  static RequestException denied(String description) {
    return new RequestException(403, "access_denied", description);
  }

  /** 403: the caller may not call with this access token. */
  static RequestException insufficientScope(String description) {
    return new RequestException(403, INSUFFICIENT_SCOPE, description);
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

  /**
   * 429: too many requests of the address had no token that may call.
   *
   * @param seconds until it may send another one
   */
  static RequestException tooMany(long seconds) {
    return new RequestException(
        429, "too_many_requests", "Too many requests from this address", seconds);
  }

  /** 503: whether the realm has such a user, and what it has, cannot be read at present. */
  static RequestException unavailable(RuntimeException cause) {
    return unavailable("A user store or the database does not answer, so nothing has ended", cause);
  }

  /** 503: whether the caller may call cannot be told at present. */
  static RequestException keysUnavailable(RuntimeException cause) {
    return unavailable("The keys of the issuer cannot be read, so nothing has ended", cause);
  }

  private static RequestException unavailable(String description, RuntimeException cause) {
    RequestException unavailable =
        new RequestException(503, UNAVAILABLE, description, RETRY_SECONDS);
    unavailable.initCause(cause);
    return unavailable;
  }

  /** Whether the caller is known: it has no right to call, or names no single user. */
  boolean isOfAuthenticated() {
    return status == 404 || status == 422 || INSUFFICIENT_SCOPE.equals(error);
  }

  int status() {
    return status;
  }

  /** After how many seconds another request may succeed; empty if waiting does not help. */
  OptionalLong retrySeconds() {
    return retrySeconds == 0 ? OptionalLong.empty() : OptionalLong.of(retrySeconds);
  }

  /**
   * An error code in the form of OAuth; null for a request without credentials, to which RFC 6750
   * (3.1) gives none.
   */
  @Nullable String error() {
    return error;
  }

  /**
   * The header WWW-Authenticate (RFC 6750, 3); empty if no other credentials would help.
   *
   * @param realm name of the realm
   */
  Optional<String> challenge(String realm) {
    String scheme = "Bearer realm=\"" + realm.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    if (error == null) {
      return Optional.of(scheme);
    }
    return switch (error) {
      case INVALID_TOKEN -> Optional.of(scheme + ", error=\"" + error + '"');
      case INSUFFICIENT_SCOPE ->
          Optional.of(scheme + ", error=\"" + error + "\", scope=\"" + ClientCallers.SCOPE + '"');
      default -> Optional.empty();
    };
  }

  String description() {
    return String.valueOf(getMessage());
  }
}

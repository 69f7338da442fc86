package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.key.limit.Allowance;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/** Errors in the form of the token endpoint (RFC 6749, section 5.2). */
public final class TokenErrors {

  /** What every caller learns of a key that is not good; the event has the reason. */
  public static final String REJECTED = "Invalid or revoked API key";

  private TokenErrors() {}

  /** Returns an error. */
  public static Response error(Response.Status status, String error, String description) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .entity(new OAuth2ErrorRepresentation(error, description))
        .build();
  }

  /** Returns the answer for a key that is not good, whatever the reason. */
  public static Response rejected(Response.Status status, String error) {
    return error(status, error, REJECTED);
  }

  /**
   * Returns the answer while too many wrong keys came from the address.
   *
   * @param seconds when to come again
   */
  static Response limited(long seconds) {
    return later("Too many wrong API keys. Try again later", seconds);
  }

  /** Returns the answer for a key whose rate limit is used up. */
  static Response exhausted(Allowance allowance) {
    return RateLimitHeaders.of(
        later(
            "The rate limit of this API key is used up. Try again later", allowance.resetSeconds()),
        allowance);
  }

  private static Response later(String description, long seconds) {
    return Response.fromResponse(error(Response.Status.TOO_MANY_REQUESTS, "slow_down", description))
        .header(HttpHeaders.RETRY_AFTER, seconds)
        .build();
  }
}

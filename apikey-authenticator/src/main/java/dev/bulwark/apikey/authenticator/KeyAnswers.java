package dev.bulwark.apikey.authenticator;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/** Errors of the token endpoint (RFC 6749, section 5.2). */
final class KeyAnswers {

  private KeyAnswers() {}

  static Response error(Response.Status status, String error, String description) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .entity(new OAuth2ErrorRepresentation(error, description))
        .build();
  }

  /**
   * Too many wrong keys came from the address.
   *
   * @param seconds when to come again
   */
  static Response limited(long seconds) {
    return Response.fromResponse(
            error(
                Response.Status.TOO_MANY_REQUESTS,
                "slow_down",
                "Too many wrong API keys, try again later"))
        .header(HttpHeaders.RETRY_AFTER, seconds)
        .build();
  }
}

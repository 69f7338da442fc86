package dev.bulwark.apikey.rest.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/**
 * The body of every error of the REST resources: RFC 9457 (which replaced RFC 7807) beside the two
 * members that OAuth clients know. Immutable; no component is null.
 *
 * @param type a tag URI (RFC 4151) that names the kind of error
 * @param title the kind of error in words
 * @param status the HTTP status
 * @param detail what was wrong with this request
 * @param error as in OAuth
 * @param errorDescription the detail once more, as in OAuth
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ApiError(
    String type,
    String title,
    int status,
    String detail,
    String error,
    @JsonProperty("error_description") String errorDescription) {

  /** The media type of every error. */
  public static final String MEDIA_TYPE = "application/problem+json";

  static ApiError of(int status, String error, String detail) {
    String title = error.replace('_', ' ');
    return new ApiError(
        "tag:bulwark.dev,2026:error:" + error.toLowerCase(Locale.ROOT),
        title,
        status,
        detail,
        error,
        detail);
  }

  /**
   * Returns the answer with this error.
   *
   * @param error as in OAuth, in lower case with underscores
   * @param detail what was wrong, for the caller to read
   */
  public static Response response(int status, String error, String detail) {
    return Response.status(status).type(MEDIA_TYPE).entity(of(status, error, detail)).build();
  }

  /** Returns the answer in this form if it is an error of OAuth, else the answer itself. */
  public static Response asProblem(Response answer) {
    if (!(answer.getEntity() instanceof OAuth2ErrorRepresentation error)) {
      return answer;
    }
    String detail = error.getErrorDescription() == null ? "" : error.getErrorDescription();
    return Response.fromResponse(answer)
        .type(MEDIA_TYPE)
        .entity(of(answer.getStatus(), error.getError(), detail))
        .build();
  }

  /**
   * Returns an exception, to throw, that Keycloak turns into {@link #response}.
   *
   * @param error as in OAuth, in lower case with underscores
   * @param detail what was wrong, for the caller to read
   */
  public static WebApplicationException exception(int status, String error, String detail) {
    return new WebApplicationException(response(status, error, detail));
  }
}

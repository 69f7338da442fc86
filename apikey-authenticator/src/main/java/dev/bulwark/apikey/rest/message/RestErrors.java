package dev.bulwark.apikey.rest.message;

import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.verify.RateLimitHeaders;
import jakarta.ws.rs.ForbiddenException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.function.Supplier;
import org.keycloak.models.KeycloakSession;

/** Turns what the service rejects into answers, and rolls back what was begun. Thread-safe. */
public final class RestErrors {

  private RestErrors() {}

  /**
   * Runs the work of a request. Rolls back the session's transaction, if the service or Keycloak's
   * permissions reject it.
   *
   * @param work returns the answer; other exceptions than {@link ApiKeyException} and {@link
   *     ForbiddenException} are passed on
   */
  public static Response of(KeycloakSession session, Supplier<Response> work) {
    try {
      return work.get();
    } catch (ApiKeyException e) {
      session.getTransactionManager().setRollbackOnly();
      return rejected(e);
    } catch (ForbiddenException e) {
      // Thrown by Keycloak's permissions, with a body of another form.
      session.getTransactionManager().setRollbackOnly();
      return ApiError.response(403, "forbidden", "Not allowed");
    }
  }

  private static Response rejected(ApiKeyException e) {
    Response answer =
        RateLimitHeaders.of(
            ApiError.response(
                e.kind().status(), e.kind().name().toLowerCase(Locale.ROOT), e.detail()),
            e.usedUp());
    long seconds = e.retryAfterSeconds();
    return seconds == 0
        ? answer
        : Response.fromResponse(answer).header(HttpHeaders.RETRY_AFTER, seconds).build();
  }
}

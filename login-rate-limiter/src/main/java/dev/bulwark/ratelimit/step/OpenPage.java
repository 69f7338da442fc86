package dev.bulwark.ratelimit.step;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.resources.RealmsResource;
import org.keycloak.utils.SecureContextResolver;

/**
 * A page of the login theme that sends its form again by itself, so that the user does not have to
 * type the password a second time. A browser stays on its page when a form is answered with 204. No
 * event of the browser tells the page's script, so a cookie does.
 */
final class OpenPage {

  /** Hidden field, by which the script names this sending of the form. */
  static final String FIELD = "bulwark-retry";

  /** Cookie that has the value of the field. The script reads it, so it is not {@code HttpOnly}. */
  static final String COOKIE = "BULWARK_RETRY";

  private static final Pattern NONCE = Pattern.compile("[0-9a-f]{32}");
  private static final int COOKIE_SECONDS = 30;

  private OpenPage() {}

  /**
   * The answer that leaves the page as it is.
   *
   * @return null where no script of a page waits for it
   */
  static @Nullable Response keep(KeycloakSession session, long retryAfterSeconds) {
    @Nullable String nonce =
        session.getContext().getHttpRequest().getDecodedFormParameters().getFirst(FIELD);
    if (nonce == null || !NONCE.matcher(nonce).matches()) {
      return null;
    }
    // Keycloak has used up the page's code, which the next sending needs.
    session.getTransactionManager().setRollbackOnly();
    return Response.noContent()
        .header(HttpHeaders.RETRY_AFTER, retryAfterSeconds)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .cookie(
            new NewCookie.Builder(COOKIE)
                .value(nonce)
                .path(
                    RealmsResource.realmBaseUrl(session.getContext().getUri())
                        .path("/")
                        .build(session.getContext().getRealm().getName())
                        .getRawPath())
                .maxAge(COOKIE_SECONDS)
                .secure(SecureContextResolver.isSecureContext(session))
                .sameSite(NewCookie.SameSite.STRICT)
                .build())
        .build();
  }
}

package dev.bulwark.ratelimit.step;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.resources.LoginActionsService;
import org.keycloak.services.resources.RealmsResource;
import org.keycloak.sessions.AuthenticationSessionModel;
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

  /** The note in which Keycloak keeps the code of the form that it has shown last. */
  private static final String ACTIVE_CODE = "active_code";

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
    restoreCode(session);
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

  /**
   * The code of the page's form, which is right and which Keycloak has used up, is needed again.
   */
  private static void restoreCode(KeycloakSession session) {
    @Nullable AuthenticationSessionModel login = session.getContext().getAuthenticationSession();
    @Nullable String code =
        session
            .getContext()
            .getUri()
            .getQueryParameters()
            .getFirst(LoginActionsService.SESSION_CODE);
    if (login != null && code != null) {
      login.setAuthNote(ACTIVE_CODE, code);
    }
  }
}

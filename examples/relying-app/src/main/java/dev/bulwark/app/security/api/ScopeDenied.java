package dev.bulwark.app.security.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authorization.AuthorityAuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.web.access.AccessDeniedHandler;

/**
 * 403 with {@code insufficient_scope} and the scope that would do (RFC 6750, section 3.1). Spring's
 * own handler does not name the scope. Thread-safe.
 */
final class ScopeDenied implements AccessDeniedHandler {

  private static final String PREFIX = "SCOPE_";

  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied) {
    StringBuilder challenge =
        new StringBuilder(scheme(request)).append(" error=\"insufficient_scope\"");
    String scope = wanted(denied);
    if (!scope.isEmpty()) {
      challenge.append(", scope=\"").append(scope).append('"');
    }
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, challenge.toString());
    response.setStatus(HttpServletResponse.SC_FORBIDDEN);
  }

  /** RFC 9449, 7.1: the challenge is of the scheme by which the token came. */
  private static String scheme(HttpServletRequest request) {
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    return authorization != null && authorization.regionMatches(true, 0, "DPoP ", 0, 5)
        ? "DPoP"
        : "Bearer";
  }

  private static String wanted(AccessDeniedException denied) {
    if (denied instanceof AuthorizationDeniedException why
        && why.getAuthorizationResult() instanceof AuthorityAuthorizationDecision decision) {
      return decision.getAuthorities().stream()
          .map(authority -> String.valueOf(authority.getAuthority()))
          .filter(authority -> authority.startsWith(PREFIX))
          .map(authority -> authority.substring(PREFIX.length()))
          .collect(Collectors.joining(" "));
    }
    return "";
  }
}

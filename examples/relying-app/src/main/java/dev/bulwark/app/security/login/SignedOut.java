package dev.bulwark.app.security.login;

import dev.bulwark.app.settings.AppSettings;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import org.springframework.stereotype.Component;
import org.springframework.web.util.WebUtils;

/**
 * Remembers a logout until the browser is back from Keycloak, so that the home page can say so. The
 * session has ended by then, and Keycloak leads to exactly one address. Thread-safe.
 */
@Component
public class SignedOut {

  /** Longer than a logout takes. */
  private static final Duration LIFETIME = Duration.ofMinutes(1);

  private final boolean secure;
  private final String name;

  SignedOut(AppSettings app) {
    secure = app.isSecure();
    name = (secure ? "__Host-" : "") + "TASKS_SIGNED_OUT";
  }

  void remember(HttpServletResponse response) {
    response.addCookie(cookie(LIFETIME));
  }

  /** Whether this browser has just signed out; says so once. */
  public boolean take(HttpServletRequest request, HttpServletResponse response) {
    if (WebUtils.getCookie(request, name) == null) {
      return false;
    }
    response.addCookie(cookie(Duration.ZERO));
    return true;
  }

  private Cookie cookie(Duration lifetime) {
    Cookie cookie = new Cookie(name, "1");
    cookie.setPath("/");
    cookie.setMaxAge((int) lifetime.toSeconds());
    cookie.setHttpOnly(true);
    cookie.setSecure(secure);
    cookie.setAttribute("SameSite", "Lax");
    return cookie;
  }
}

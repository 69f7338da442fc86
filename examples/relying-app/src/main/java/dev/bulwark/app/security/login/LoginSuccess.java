package dev.bulwark.app.security.login;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.SimpleUrlAuthenticationSuccessHandler;

/**
 * After a login: to the tasks, with a session that lives as long as that of the realm. One without
 * a login is everybody's to make, and ends soon (application.yml). Thread-safe.
 */
final class LoginSuccess extends SimpleUrlAuthenticationSuccessHandler {

  /** Idle time, sliding; the realm's {@code ssoSessionIdleTimeout}. */
  static final Duration IDLE_TIMEOUT = Duration.ofHours(24);

  LoginSuccess() {
    super("/tasks");
  }

  @Override
  public void onAuthenticationSuccess(
      HttpServletRequest request, HttpServletResponse response, Authentication authentication)
      throws IOException, ServletException {
    request.getSession().setMaxInactiveInterval((int) IDLE_TIMEOUT.toSeconds());
    super.onAuthenticationSuccess(request, response, authentication);
  }
}

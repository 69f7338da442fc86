package dev.bulwark.app.security.login;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.web.authentication.logout.SecurityContextLogoutHandler;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Ends a session at the first request after Keycloak has ended the login behind it, whichever way:
 * this does not wait for the back-channel logout, which may get lost. Thread-safe.
 */
final class SessionGuard extends OncePerRequestFilter {

  /** Where a browser goes whose session has been ended. */
  static final String ENDED_PAGE = "/?ended";

  private final SessionTokens tokens;
  private final SecurityContextLogoutHandler logout = new SecurityContextLogoutHandler();

  SessionGuard(SessionTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
    if (authentication instanceof OAuth2AuthenticationToken login
        && !tokens.areStillValid(login, request, response)) {
      logout.logout(request, response, login);
      response.sendRedirect(ENDED_PAGE);
      return;
    }
    chain.doFilter(request, response);
  }
}

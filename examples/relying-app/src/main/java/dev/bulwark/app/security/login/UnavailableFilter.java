package dev.bulwark.app.security.login;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * 503 with {@code Retry-After} where a token could not be checked because Redis or Keycloak is
 * away: the token may be good, and the client should keep it. In front of Spring Security.
 * Thread-safe.
 */
final class UnavailableFilter extends OncePerRequestFilter {

  private static final Logger LOG = LoggerFactory.getLogger(UnavailableFilter.class);

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      chain.doFilter(request, response);
    } catch (AuthenticationServiceException e) {
      if (response.isCommitted()) {
        throw e;
      }
      LOG.warn("A request could not be checked: {}", e.getMessage());
      response.setHeader(HttpHeaders.RETRY_AFTER, "5");
      response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
      response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    }
  }
}

package dev.bulwark.checker.servlet;

import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.TokenRef;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stops requests with a revoked token: 401 with {@code WWW-Authenticate: Bearer
 * error="invalid_token"} (RFC 6750, section 3), or 503 where nobody knows. Put it behind whatever
 * verifies the token, and that without leeway on {@code exp}, which the filter does not see: Redis
 * forgets a revoked token then. Thread-safe.
 */
public final class RevocationFilter implements Filter {

  private final RevocationChecker checker;
  private final Function<HttpServletRequest, @Nullable TokenRef> tokens;

  /**
   * A filter.
   *
   * @param checker stays the caller's to close
   * @param tokens gives the verified token of a request, null if it has none: such a request goes
   *     on, as an anonymous one
   */
  public RevocationFilter(
      RevocationChecker checker, Function<HttpServletRequest, @Nullable TokenRef> tokens) {
    this.checker = checker;
    this.tokens = tokens;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!(request instanceof HttpServletRequest http)
        || !(response instanceof HttpServletResponse answer)) {
      throw new ServletException("RevocationFilter is for HTTP only");
    }
    TokenRef token = tokens.apply(http);
    if (token == null) {
      chain.doFilter(request, response);
      return;
    }
    switch (checker.check(token)) {
      case LIVE, LIVE_STALE -> chain.doFilter(request, response);
      case REVOKED -> refuse(answer, "The token has been revoked");
      case MALFORMED -> refuse(answer, "The token has no jti that could be checked");
      case UNKNOWN -> ServiceUnavailable.answer(answer);
    }
  }

  private static void refuse(HttpServletResponse response, String description) {
    response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
    response.setHeader(
        "WWW-Authenticate",
        "Bearer error=\"invalid_token\", error_description=\"" + description + "\"");
    response.setHeader("Cache-Control", "no-store");
  }
}

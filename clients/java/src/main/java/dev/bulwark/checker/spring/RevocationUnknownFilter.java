package dev.bulwark.checker.spring;

import dev.bulwark.checker.servlet.ServiceUnavailable;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.authentication.AuthenticationServiceException;

/**
 * Answers 503 with {@code Retry-After} where {@link RevocationValidator} could not tell, or where
 * the token could not be verified, since the issuer's keys cannot be fetched. Without it the client
 * gets 500. Register it in front of Spring Security's filter chain. Thread-safe.
 */
public final class RevocationUnknownFilter implements Filter {

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    try {
      chain.doFilter(request, response);
    } catch (AuthenticationServiceException e) {
      if (response instanceof HttpServletResponse http
          && !http.isCommitted()
          && TokenVerdict.isMissing(e)) {
        ServiceUnavailable.answer(http);
        return;
      }
      throw e;
    }
  }
}

package dev.bulwark.app.security.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Shows the address of the application as its callers know it. A DPoP proof names that address (RFC
 * 9449, section 4.3), also where a proxy ends TLS and calls another one. It comes from the
 * settings: no header of the request can change it. Thread-safe.
 */
final class PublicAddress extends OncePerRequestFilter {

  private final URI address;

  /**
   * @param address of the application, without a slash at the end
   */
  PublicAddress(URI address) {
    this.address = address;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    chain.doFilter(
        new HttpServletRequestWrapper(request) {
          @Override
          public StringBuffer getRequestURL() {
            return new StringBuffer(address.toString()).append(getRequestURI());
          }
        },
        response);
  }
}

package dev.bulwark.app.security.api;

import dev.bulwark.app.settings.GatewaySettings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Takes over who a gateway says has sent an API key. The gateway has asked Keycloak about the key
 * and replaced the {@code X-Auth-…} headers of the caller by its own (docs/recipes/api-keys.md);
 * from any other address these headers mean nothing. Thread-safe.
 */
final class GatewayFilter extends OncePerRequestFilter {

  private final List<IpAddressMatcher> trusted;

  /**
   * @throws IllegalArgumentException naming the setting, if an address is none
   */
  GatewayFilter(GatewaySettings settings) {
    trusted = settings.trustedAddresses().stream().map(GatewayFilter::matcher).toList();
  }

  private static IpAddressMatcher matcher(String address) {
    try {
      return new IpAddressMatcher(address.trim());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "app.gateway.trusted-addresses (GATEWAY_ADDRESSES) must be addresses or networks: "
              + address,
          e);
    }
  }

  /** Whether the request comes from a gateway that has verified an API key. */
  boolean hasVerified(HttpServletRequest request) {
    return GatewayKey.isIn(request)
        && trusted.stream().anyMatch(matcher -> matcher.matches(request.getRemoteAddr()));
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (hasVerified(request)) {
      SecurityContext context = SecurityContextHolder.createEmptyContext();
      context.setAuthentication(GatewayKey.of(request));
      SecurityContextHolder.setContext(context);
    }
    chain.doFilter(request, response);
  }
}

package dev.bulwark.app.security.api;

import dev.bulwark.app.settings.ApiKeySettings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Has Keycloak verify the API key of a request, where no gateway has done so. It answers as a
 * gateway does: 403 for a key that is not good, 429 for one with too many requests. Thread-safe.
 */
final class ApiKeyFilter extends OncePerRequestFilter {

  private static final String HEADER = "X-API-Key";
  private static final List<String> RATE_LIMIT_HEADERS =
      List.of("RateLimit", "RateLimit-Policy", HttpHeaders.RETRY_AFTER);
  private static final String REJECTED_BODY =
      "{\"error\":\"invalid_api_key\",\"error_description\":\"Invalid or revoked API key\"}";

  private final ApiKeySettings settings;
  private final GatewayFilter gateway;
  private final RestClient verify;

  /**
   * @param verify Keycloak's endpoint
   */
  ApiKeyFilter(ApiKeySettings settings, GatewayFilter gateway, RestClient verify) {
    this.settings = settings;
    this.gateway = gateway;
    this.verify = verify;
  }

  /** Whether the key of the request decides, and nothing else. */
  boolean decides(HttpServletRequest request) {
    return settings.isOn() && request.getHeader(HEADER) != null && !gateway.hasVerified(request);
  }

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return !decides(request);
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (isVerified(request, response)) {
      chain.doFilter(request, response);
    }
  }

  private boolean isVerified(HttpServletRequest request, HttpServletResponse response) {
    try {
      return Boolean.TRUE.equals(
          verify
              .get()
              .headers(
                  headers -> {
                    headers.setBasicAuth(settings.clientId(), settings.clientSecret());
                    headers.set(HEADER, request.getHeader(HEADER));
                    headers.set("X-Real-IP", request.getRemoteAddr());
                  })
              .exchange((asked, answer) -> read(answer, response)));
    } catch (ResourceAccessException e) {
      throw new AuthenticationServiceException("Keycloak cannot be asked about an API key", e);
    }
  }

  private static boolean read(ClientHttpResponse answer, HttpServletResponse response)
      throws IOException {
    int status = answer.getStatusCode().value();
    for (String name : RATE_LIMIT_HEADERS) {
      String value = answer.getHeaders().getFirst(name);
      if (value != null) {
        response.setHeader(name, value);
      }
    }
    switch (status) {
      case HttpServletResponse.SC_OK -> {
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(GatewayKey.of(answer.getHeaders()::getFirst));
        SecurityContextHolder.setContext(context);
        return true;
      }
      case 429 -> response.setStatus(status);
      case HttpServletResponse.SC_FORBIDDEN -> {
        response.setStatus(status);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getWriter().write(REJECTED_BODY);
      }
      default -> throw unexpected(status);
    }
    return false;
  }

  private static AuthenticationServiceException unexpected(int status) {
    return new AuthenticationServiceException(
        "Keycloak answered "
            + status
            + " for an API key: check API_KEY_CLIENT_ID, API_KEY_CLIENT_SECRET, and the client's"
            + " attribute api-key.verify");
  }
}

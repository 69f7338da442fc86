package dev.bulwark.checker.spring;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * {@link RevocationUnknownFilter} for WebFlux: answers 503 with {@code Retry-After}. Register it in
 * front of Spring Security's filter chain. Thread-safe.
 */
public final class RevocationUnknownWebFilter implements WebFilter {

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    return chain
        .filter(exchange)
        .onErrorResume(
            AuthenticationServiceException.class,
            e -> {
              ServerHttpResponse response = exchange.getResponse();
              if (response.isCommitted() || !TokenVerdict.isMissing(e)) {
                return Mono.error(e);
              }
              response.setStatusCode(HttpStatus.SERVICE_UNAVAILABLE);
              response.getHeaders().set(HttpHeaders.RETRY_AFTER, "5");
              response.getHeaders().set(HttpHeaders.CACHE_CONTROL, "no-store");
              return response.setComplete();
            });
  }
}

package dev.bulwark.factory;

import org.jspecify.annotations.Nullable;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.KeycloakContext;

/**
 * The HTTP request that the current thread serves. An import at the start of the server and a
 * background task serve none. Thread-safe.
 */
public final class ServedRequest {

  private ServedRequest() {}

  /**
   * The request; null without one. Keycloak 26.7 throws there, CDI's ContextNotActiveException, and
   * Keycloak 26.4 throws or gives a request that has nothing in it.
   */
  public static @Nullable HttpRequest of(KeycloakContext context) {
    try {
      HttpRequest request = context.getHttpRequest();
      return request == null || request.getUri() == null ? null : request;
    } catch (RuntimeException e) {
      return null;
    }
  }

  /** Whether there is a request, and with it a connection. */
  public static boolean isPresent(KeycloakContext context) {
    return of(context) != null;
  }
}

package dev.bulwark.factory;

import jakarta.enterprise.context.ContextNotActiveException;
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
   * The request; null without one. Keycloak throws there, and 26.4 may give a request that has
   * nothing in it. Whatever else goes wrong is no reason to take a request for none: callers refuse
   * by what it asks for.
   */
  public static @Nullable HttpRequest of(KeycloakContext context) {
    try {
      HttpRequest request = context.getHttpRequest();
      return request == null || request.getUri() == null ? null : request;
    } catch (ContextNotActiveException e) {
      return null;
    }
  }
}

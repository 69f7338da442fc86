package dev.bulwark.contract;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Whether the current thread serves an HTTP request. An import at the start of the server and a
 * background task do not; there Keycloak 26.7 answers {@code KeycloakContext.getConnection()} with
 * an empty value, and Keycloak 26.4 throws. Thread-safe.
 */
public final class ServedRequest {

  private static final @Nullable Method CURRENT = current();

  private ServedRequest() {}

  /** True as well where the server's own record of it cannot be read. */
  public static boolean isPresent() {
    if (CURRENT == null) {
      return true;
    }
    try {
      return CURRENT.invoke(null) != null;
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  private static @Nullable Method current() {
    try {
      return Class.forName(
              "org.jboss.resteasy.reactive.server.core.CurrentRequestManager",
              true,
              ServedRequest.class.getClassLoader())
          .getMethod("get");
    } catch (ReflectiveOperationException | LinkageError e) {
      return null;
    }
  }
}

package dev.bulwark.ratelimit.lockout;

import jakarta.ws.rs.core.UriInfo;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.ClientConnection;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.BruteForceProtector;

/**
 * The two methods of Keycloak's {@link BruteForceProtector} as they are in Keycloak 26.4 and 26.5,
 * without the categories of the credential, and in 26.6, with one. They are called by reflection,
 * since the version that the bundle is compiled against does not have them.
 */
enum LegacyBruteForceCalls {
  FAILED("failedLogin"),
  SUCCESSFUL("successfulLogin");

  private final String method;

  LegacyBruteForceCalls(String method) {
    this.method = method;
  }

  /** As Keycloak 26.4 and 26.5 have it. */
  void call(
      BruteForceProtector protector,
      RealmModel realm,
      UserModel user,
      ClientConnection connection,
      UriInfo uriInfo) {
    invoke(
        protector,
        new Class<?>[] {RealmModel.class, UserModel.class, ClientConnection.class, UriInfo.class},
        realm,
        user,
        connection,
        uriInfo);
  }

  /** As Keycloak 26.6 has it. */
  void call(
      BruteForceProtector protector,
      RealmModel realm,
      UserModel user,
      ClientConnection connection,
      UriInfo uriInfo,
      @Nullable String category) {
    invoke(
        protector,
        new Class<?>[] {
          RealmModel.class, UserModel.class, ClientConnection.class, UriInfo.class, String.class
        },
        realm,
        user,
        connection,
        uriInfo,
        category);
  }

  private void invoke(
      BruteForceProtector protector, Class<?>[] types, @Nullable Object... arguments) {
    try {
      BruteForceProtector.class.getMethod(method, types).invoke(protector, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new UndeclaredThrowableException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Keycloak's BruteForceProtector has no " + method, e);
    }
  }
}

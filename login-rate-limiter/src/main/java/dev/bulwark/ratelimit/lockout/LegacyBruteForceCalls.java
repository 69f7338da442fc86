package dev.bulwark.ratelimit.lockout;

import jakarta.ws.rs.core.UriInfo;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import org.keycloak.common.ClientConnection;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.BruteForceProtector;

/**
 * The two methods of Keycloak's {@link BruteForceProtector} as they are in Keycloak 26.4 and 26.5:
 * without the categories of the credential. They are called by reflection, since the version that
 * the bundle is compiled against does not have them.
 */
final class LegacyBruteForceCalls {

  private LegacyBruteForceCalls() {}

  static void failedLogin(
      BruteForceProtector protector,
      RealmModel realm,
      UserModel user,
      ClientConnection connection,
      UriInfo uriInfo) {
    call("failedLogin", protector, realm, user, connection, uriInfo);
  }

  static void successfulLogin(
      BruteForceProtector protector,
      RealmModel realm,
      UserModel user,
      ClientConnection connection,
      UriInfo uriInfo) {
    call("successfulLogin", protector, realm, user, connection, uriInfo);
  }

  private static void call(
      String method,
      BruteForceProtector protector,
      RealmModel realm,
      UserModel user,
      ClientConnection connection,
      UriInfo uriInfo) {
    try {
      BruteForceProtector.class
          .getMethod(
              method, RealmModel.class, UserModel.class, ClientConnection.class, UriInfo.class)
          .invoke(protector, realm, user, connection, uriInfo);
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

package dev.bulwark.removal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.session.UserSessionPersisterProvider;

/**
 * Wraps Keycloak's session persister and reports sessions before they are removed, for any cause:
 * an application that logs out by SAML, a login over the cookie of another session, an identity
 * provider. Many of these ends have no event.
 *
 * <p>A dynamic proxy, since the persister's interface differs from one version of Keycloak to the
 * next: whatever else it has goes to Keycloak's own provider.
 */
final class RemovalWatch implements InvocationHandler {

  /** Methods that remove sessions, with the arguments that are read here. */
  private static final Set<String> KNOWN =
      Set.of(
          "removeUserSession(String, boolean)",
          "removeClientSession(String, String, boolean)",
          "removeUserSessions(RealmModel, boolean)",
          "removeUserSessions(RealmModel)",
          "removeExpired(RealmModel)",
          "onUserRemoved(RealmModel, UserModel)",
          // The client or realm is gone as well, so each of its tokens is found by that.
          "onClientRemoved(RealmModel, ClientModel)",
          "onRealmRemoved(RealmModel)");

  private final UserSessionPersisterProvider persister;
  private final KeycloakSession session;
  private final List<RemovalListener> listeners;

  private RemovalWatch(
      UserSessionPersisterProvider persister,
      KeycloakSession session,
      List<RemovalListener> listeners) {
    this.persister = persister;
    this.session = session;
    this.listeners = listeners;
  }

  /** A persister that does what another does, and tells. */
  static UserSessionPersisterProvider of(
      UserSessionPersisterProvider persister,
      KeycloakSession session,
      List<RemovalListener> listeners) {
    return (UserSessionPersisterProvider)
        Proxy.newProxyInstance(
            RemovalWatch.class.getClassLoader(),
            new Class<?>[] {UserSessionPersisterProvider.class},
            new RemovalWatch(persister, session, listeners));
  }

  /**
   * Returns the methods that remove sessions in a way that no listener hears of: those of a later
   * Keycloak.
   */
  static List<String> unknown(Class<?> persister) {
    return Arrays.stream(persister.getMethods())
        .filter(each -> each.getName().startsWith("remove") || each.getName().endsWith("Removed"))
        .map(RemovalWatch::signature)
        .filter(each -> !KNOWN.contains(each))
        .sorted()
        .toList();
  }

  private static String signature(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", method.getName() + "(", ")"));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] arguments)
      throws Throwable {
    if (arguments != null) {
      listeners.forEach(listener -> notifyListener(listener, method.getName(), arguments));
    }
    try {
      return method.invoke(persister, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void notifyListener(
      RemovalListener listener, String method, @Nullable Object[] arguments) {
    @Nullable Object first = arguments[0];
    @Nullable Object last = arguments[arguments.length - 1];
    switch (method) {
      case "removeUserSession" -> {
        if (first instanceof String sessionId && last instanceof Boolean offline) {
          listener.removingSession(session, sessionId, offline);
        }
      }
      case "removeClientSession" -> {
        if (first instanceof String sessionId
            && arguments[1] instanceof String clientId
            && last instanceof Boolean offline) {
          listener.removingClientSession(session, sessionId, clientId, offline);
        }
      }
      case "onUserRemoved" -> {
        if (first instanceof RealmModel realm && last instanceof UserModel user) {
          listener.removingSessionsOfUser(session, realm, user);
        }
      }
      case "removeUserSessions" -> {
        if (first instanceof RealmModel realm) {
          listener.removingSessionsOfRealm(session, realm);
        }
      }
      case "removeExpired" -> {
        if (first instanceof RealmModel realm) {
          listener.removingExpiredSessions(session, realm);
        }
      }
      default -> {
        // Removes no session, or all of a client or realm that goes itself.
      }
    }
  }
}

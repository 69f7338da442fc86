package dev.bulwark.revocation.sessions;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.session.UserSessionPersisterProvider;

/**
 * Puts itself before Keycloak's session persister and tells of each session that is about to be
 * removed, whoever ends it: an application that logs out by SAML, a login over the cookie of
 * another session, an identity provider. Many of these ends have no event.
 *
 * <p>A dynamic proxy, since the persister's interface differs from one version of Keycloak to the
 * next: whatever else it has goes to Keycloak's own provider. Removals of all sessions of a realm,
 * client or user, and of expired sessions, are told by events and not here.
 */
public final class RemovalWatch implements InvocationHandler {

  private static final String USER_SESSION = "removeUserSession";
  private static final String CLIENT_SESSION = "removeClientSession";

  private final UserSessionPersisterProvider persister;
  private final Listener listener;

  private RemovalWatch(UserSessionPersisterProvider persister, Listener listener) {
    this.persister = persister;
    this.listener = listener;
  }

  /** Is told of removals. */
  @FunctionalInterface
  public interface Listener {

    /**
     * A user session, or a client's part of it, is about to be removed. Must not throw.
     *
     * @param sessionId of the user session
     * @param offline whether it is the offline session of that id
     */
    void removing(String sessionId, boolean offline);
  }

  /** A persister that does what another does, and tells. */
  public static UserSessionPersisterProvider of(
      UserSessionPersisterProvider persister, Listener listener) {
    return (UserSessionPersisterProvider)
        Proxy.newProxyInstance(
            RemovalWatch.class.getClassLoader(),
            new Class<?>[] {UserSessionPersisterProvider.class},
            new RemovalWatch(persister, listener));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] arguments)
      throws Throwable {
    String name = method.getName();
    if (name.equals(USER_SESSION) || name.equals(CLIENT_SESSION)) {
      // (sessionId, offline) and (sessionId, clientId, offline)
      if (arguments[0] instanceof String sessionId
          && arguments[arguments.length - 1] instanceof Boolean offline) {
        listener.removing(sessionId, offline);
      }
    }
    try {
      return method.invoke(persister, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}

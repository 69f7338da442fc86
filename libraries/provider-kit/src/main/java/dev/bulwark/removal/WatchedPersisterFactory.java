package dev.bulwark.removal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;
import org.keycloak.common.Version;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.jpa.session.JpaUserSessionPersisterProviderFactory;
import org.keycloak.models.session.UserSessionPersisterProvider;

/**
 * Takes the place of Keycloak's session persister (same id, higher order), and tells features of
 * each session before it is removed. Thread-safe.
 */
public final class WatchedPersisterFactory extends JpaUserSessionPersisterProviderFactory {

  private static final Logger LOG = Logger.getLogger(WatchedPersisterFactory.class);

  private final List<RemovalListener> listeners = new CopyOnWriteArrayList<>();

  /** Has a feature told from now on. */
  public static void register(KeycloakSessionFactory factory, RemovalListener listener) {
    if (factory.getProviderFactory(UserSessionPersisterProvider.class)
        instanceof WatchedPersisterFactory watched) {
      watched.listeners.add(listener);
    } else {
      LOG.warnf(
          "Another session persister is in use, so removed sessions are not reported to %s",
          listener.getClass().getSimpleName());
    }
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    super.postInit(factory);
    List<String> unknown = RemovalWatch.unknown(UserSessionPersisterProvider.class);
    if (!unknown.isEmpty()) {
      LOG.warnf(
          "Keycloak %s removes sessions by methods that Bulwark does not know: %s. Tokens of these"
              + " sessions are revoked by the next comparison only (comparison-interval), and"
              + " their applications are not notified",
          Version.VERSION, String.join(", ", unknown));
    }
  }

  @Override
  public UserSessionPersisterProvider create(KeycloakSession session) {
    UserSessionPersisterProvider own = super.create(session);
    return listeners.isEmpty() ? own : RemovalWatch.of(own, session, listeners);
  }

  @Override
  public int order() {
    return super.order() + 1;
  }
}

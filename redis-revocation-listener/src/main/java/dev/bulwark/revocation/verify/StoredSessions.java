package dev.bulwark.revocation.verify;

import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.session.UserSessionPersisterProvider;
import org.keycloak.services.managers.AuthenticationManager;

/**
 * Reads user sessions from Keycloak's table, past its cache.
 *
 * <p>Keycloak takes a session that ends out of its cache before the transaction is committed that
 * takes it out of the table. Its session provider ({@code
 * UserSessionPersistentChangelogBasedTransaction.get}) puts a session that it finds in the table
 * alone back into the cache, so that a session which is read in between lives on although it has
 * ended (keycloak#51127). A judge must not do that. It belongs to one thread and one transaction.
 */
final class StoredSessions {

  private final KeycloakSession session;
  private final boolean onlineIsStored;

  /**
   * In a transaction.
   *
   * @param onlineIsStored whether Keycloak writes online sessions to its database; where it does
   *     not, there is no table to read them from, and nothing that the cache could be filled from
   */
  StoredSessions(KeycloakSession session, boolean onlineIsStored) {
    this.session = session;
    this.onlineIsStored = onlineIsStored;
  }

  /** A user session; null if there is none. It can be over: its times are not looked at. */
  @Nullable UserSessionModel find(RealmModel realm, String sessionId, boolean offline) {
    if (!offline && !onlineIsStored) {
      return cached(realm, sessionId, offline);
    }
    UserSessionModel stored =
        session
            .getProvider(UserSessionPersisterProvider.class)
            .loadUserSession(realm, sessionId, offline);
    if (stored == null || AuthenticationManager.isSessionValid(realm, stored)) {
      return stored;
    }
    // The cache can know of a later refresh than the table. A session that is over in the table
    // is over in the cache as well, if it comes into the cache from there.
    return cached(realm, sessionId, offline);
  }

  private @Nullable UserSessionModel cached(RealmModel realm, String sessionId, boolean offline) {
    return offline
        ? session.sessions().getOfflineUserSession(realm, sessionId)
        : session.sessions().getUserSession(realm, sessionId);
  }
}

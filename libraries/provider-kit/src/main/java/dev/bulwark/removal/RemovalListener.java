package dev.bulwark.removal;

import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Is told of sessions that are about to be removed from Keycloak's database, in the transaction
 * that removes them.
 */
public interface RemovalListener {

  /**
   * A user session is about to be removed, with the client sessions that it still has.
   *
   * @param offline whether it is the offline session of that id
   */
  void removingSession(KeycloakSession session, String sessionId, boolean offline);

  /**
   * A client's part of a user session is about to be removed.
   *
   * @param sessionId of the user session
   * @param clientId Keycloak's own id of the client
   * @param offline whether it is part of the offline session of that id
   */
  void removingClientSession(
      KeycloakSession session, String sessionId, String clientId, boolean offline);

  /** All sessions of a user are about to be removed. */
  default void removingSessionsOfUser(KeycloakSession session, RealmModel realm, UserModel user) {}

  /** All sessions of a realm are about to be removed; the realm stays. */
  default void removingSessionsOfRealm(KeycloakSession session, RealmModel realm) {}

  /** Expired sessions of a realm are about to be removed, in transactions of their own. */
  default void removingExpiredSessions(KeycloakSession session, RealmModel realm) {}
}

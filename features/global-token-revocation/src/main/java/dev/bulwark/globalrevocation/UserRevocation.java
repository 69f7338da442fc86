package dev.bulwark.globalrevocation;

import dev.bulwark.contract.ApiKeyDetails;
import dev.bulwark.contract.Revocation;
import java.util.List;
import java.util.stream.Stream;
import org.keycloak.common.ClientConnection;
import org.keycloak.common.util.Time;
import org.keycloak.credential.CredentialModel;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.services.managers.AuthenticationManager;

/**
 * Ends everything of a user, in the transaction of a session. The event that it sends, and the
 * not-before of the user, put all live access tokens into Redis at its commit.
 */
final class UserRevocation {

  /** Attribute of a realm; {@code true} deletes the API keys of the user as well. */
  static final String API_KEYS = "globalTokenRevocation.apiKeys";

  /**
   * What Keycloak calls all sessions of a user in a security event. An event without a session
   * would become one whose subject has no id.
   */
  private static final String ALL_SESSIONS = "ALL";

  private final KeycloakSession session;
  private final RealmModel realm;

  UserRevocation(KeycloakSession session) {
    this.session = session;
    this.realm = session.getContext().getRealm();
  }

  /**
   * Ends the sessions, offline sessions, and tokens.
   *
   * @param caller for the event
   */
  void end(UserModel user, String caller) {
    session.users().setNotBeforeForUser(realm, user, Time.currentTime());
    KeycloakContext context = session.getContext();
    ClientConnection connection = context.getConnection();
    List<UserSessionModel> online = session.sessions().getUserSessionsStream(realm, user).toList();
    for (UserSessionModel userSession : online) {
      AuthenticationManager.backchannelLogout(
          session,
          realm,
          userSession,
          context.getUri(),
          connection,
          context.getRequestHeaders(),
          true);
    }
    List<UserSessionModel> offline =
        session.sessions().getOfflineUserSessionsStream(realm, user).toList();
    offline.forEach(each -> session.sessions().removeOfflineUserSession(realm, each));
    EventBuilder event =
        new EventBuilder(realm, session, connection)
            .event(EventType.LOGOUT)
            .user(user)
            .session(sessionOfEvent(online, offline))
            .detail(Details.REASON, Revocation.REASON)
            .detail("caller", caller)
            .detail("sessions", Integer.toString(online.size()))
            .detail("offline_sessions", Integer.toString(offline.size()));
    if ("true".equals(realm.getAttribute(API_KEYS))) {
      event.detail("api_keys", Integer.toString(deleteKeys(user)));
    }
    event.success();
  }

  /**
   * The session that the event names. Keycloak's Shared Signals transmitter makes a security event
   * of it, and the module for back-channel logout makes those of the other sessions.
   */
  private static String sessionOfEvent(
      List<UserSessionModel> online, List<UserSessionModel> offline) {
    return Stream.concat(online.stream(), offline.stream())
        .map(UserSessionModel::getId)
        .findFirst()
        .orElse(ALL_SESSIONS);
  }

  private int deleteKeys(UserModel user) {
    List<String> keys =
        user.credentialManager()
            .getStoredCredentialsByTypeStream(ApiKeyDetails.CREDENTIAL_TYPE)
            .map(CredentialModel::getId)
            .toList();
    keys.forEach(user.credentialManager()::removeStoredCredentialById);
    return keys.size();
  }
}

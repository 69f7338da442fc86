package dev.bulwark.backchannel;

import dev.bulwark.backchannel.outbox.RealmSwitch;
import dev.bulwark.backchannel.search.ExpirySearch;
import dev.bulwark.removal.RemovalListener;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.OIDCAdvancedConfigWrapper;

/**
 * Stores notices for sessions that Keycloak removes without a call of the client: another login
 * replaces them, their user is deleted, or a logout concerns the whole realm.
 */
final class RemovedSessionNotices implements RemovalListener {

  private final ExpirySearch search;

  RemovedSessionNotices(ExpirySearch search) {
    this.search = search;
  }

  @Override
  public void removingSession(KeycloakSession session, String sessionId, boolean offline) {
    if (isOn(session.getContext().getRealm())) {
      Notices.of(session).addRemoved(sessionId, offline);
    }
  }

  @Override
  public void removingClientSession(
      KeycloakSession session, String sessionId, String clientId, boolean offline) {
    @Nullable RealmModel realm = session.getContext().getRealm();
    if (realm != null && isOn(realm) && isNotified(realm.getClientById(clientId))) {
      Notices.of(session).addRemoved(sessionId, clientId, offline);
    }
  }

  private static boolean isNotified(@Nullable ClientModel client) {
    if (client == null) {
      return false;
    }
    String url = OIDCAdvancedConfigWrapper.fromClientModel(client).getBackchannelLogoutUrl();
    return url != null && !url.isBlank();
  }

  @Override
  public void removingSessionsOfUser(KeycloakSession session, RealmModel realm, UserModel user) {
    addRemoved(
        session,
        realm,
        "us.realmId = :realm and us.userId = :user",
        Map.of("realm", realm.getId(), "user", user.getId()));
  }

  @Override
  public void removingSessionsOfRealm(KeycloakSession session, RealmModel realm) {
    addRemoved(session, realm, "us.realmId = :realm", Map.of("realm", realm.getId()));
  }

  private void addRemoved(
      KeycloakSession session, RealmModel realm, String condition, Map<String, Object> parameters) {
    if (isOn(realm)) {
      Notices.of(session).addRemoved(condition, parameters);
    }
  }

  @Override
  public void removingExpiredSessions(KeycloakSession session, RealmModel realm) {
    search.beforeRemoval(session, realm);
  }

  private static boolean isOn(@Nullable RealmModel realm) {
    return realm != null && RealmSwitch.isOn(realm);
  }
}

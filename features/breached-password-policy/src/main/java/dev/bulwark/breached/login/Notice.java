package dev.bulwark.breached.login;

import org.jspecify.annotations.Nullable;
import org.keycloak.common.ClientConnection;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * One login with a breached password, to be told by an event. Immutable; holds no session.
 *
 * @param clientId id (not client id) of the client; null if the login has none
 * @param address of the login; null if unknown
 * @param password the {@linkplain PasswordName name} of the password
 * @param action the action that was applied
 */
record Notice(
    String realmId,
    String userId,
    @Nullable String clientId,
    @Nullable String address,
    String password,
    LoginAction action) {

  /** Of an event of type {@code UPDATE_CREDENTIAL_ERROR}. */
  static final String ERROR = "breached_password_at_login";

  static final String ACTION = "breached_password_action";
  static final String SOURCE = "breached_password_source";

  static Notice of(
      KeycloakSession session,
      RealmModel realm,
      UserModel user,
      String password,
      LoginAction action) {
    @Nullable ClientModel client = session.getContext().getClient();
    @Nullable ClientConnection connection = session.getContext().getConnection();
    return new Notice(
        realm.getId(),
        user.getId(),
        client == null ? null : client.getId(),
        connection == null ? null : connection.getRemoteHost(),
        password,
        action);
  }

  /**
   * Remembers the notice with the user and sends the event, unless the user is gone. It is an error
   * event, as the policy's other ones: Keycloak stores those by themselves.
   *
   * @param day days since 1970-01-01 (UTC)
   */
  void send(KeycloakSession session, long day) {
    @Nullable RealmModel realm = session.realms().getRealm(realmId);
    if (realm == null) {
      return;
    }
    session.getContext().setRealm(realm);
    @Nullable UserModel user = session.users().getUserById(realm, userId);
    if (user == null) {
      return;
    }
    user.setSingleAttribute(LastNotice.ATTRIBUTE, new LastNotice(password, day).write());
    EventBuilder event = new EventBuilder(realm, session).event(EventType.UPDATE_CREDENTIAL);
    @Nullable ClientModel client = clientId == null ? null : realm.getClientById(clientId);
    if (client != null) {
      session.getContext().setClient(client);
      event.client(client);
    }
    if (address != null) {
      event.ipAddress(address);
    }
    event
        .user(user)
        .detail(Details.USERNAME, user.getUsername())
        .detail(Details.CREDENTIAL_TYPE, PasswordCredentialModel.TYPE)
        .detail(ACTION, action.label())
        .detail(SOURCE, "offline-list")
        .error(ERROR);
  }
}

package dev.bulwark.backchannel.delivery;

import dev.bulwark.backchannel.outbox.LogoutNotice;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.session.PersistentAuthenticatedClientSessionAdapter;
import org.keycloak.models.session.PersistentUserSessionAdapter;
import org.keycloak.representations.LogoutToken;
import org.keycloak.storage.UserStoragePrivateUtil;
import org.keycloak.storage.adapter.InMemoryUserAdapter;

/**
 * Makes the logout tokens of one client as Keycloak would, of what Keycloak had stored of the
 * session: issuer, algorithm, {@code sid} and pairwise {@code sub} as the client's settings say.
 * For one session of Keycloak's, whose realm and client it sets.
 */
final class LogoutTokens {

  private final KeycloakSession session;
  private final RealmModel realm;
  private final ClientModel client;

  LogoutTokens(KeycloakSession session, RealmModel realm, ClientModel client) {
    this.session = session;
    this.realm = realm;
    this.client = client;
    session.getContext().setRealm(realm);
    session.getContext().setClient(client);
  }

  /** Returns a token that is valid from now on, with an id that is the same at each attempt. */
  String sign(LogoutNotice notice, AuthenticatedClientSessionModel clientSession) {
    UserModel user = clientSession.getUserSession().getUser();
    LogoutToken token = session.tokens().initLogoutToken(client, user, clientSession);
    token.id(notice.tokenId());
    return session.tokens().encode(token);
  }

  /** Returns the session of the client as it was when it ended. */
  AuthenticatedClientSessionModel clientSession(LogoutNotice notice) {
    PersistentUserSessionAdapter userSession =
        new PersistentUserSessionAdapter(
            session, new StoredUserSession(notice), realm, notice.getUserId(), Map.of());
    userSession.setUser(user(notice.getUserId()));
    return new PersistentAuthenticatedClientSessionAdapter(
        session, new StoredClientSession(notice), realm, client, userSession);
  }

  /**
   * The user as Keycloak's database has it. No user store is asked: one that does not answer would
   * hold up the notices. Of users that are not in the database, or not any more, the token needs no
   * more than the id.
   */
  private UserModel user(@Nullable String userId) {
    UserModel user =
        userId == null
            ? null
            : UserStoragePrivateUtil.userLocalStorage(session).getUserById(realm, userId);
    return user == null
        ? new InMemoryUserAdapter(session, realm, Objects.requireNonNullElse(userId, ""))
        : user;
  }
}

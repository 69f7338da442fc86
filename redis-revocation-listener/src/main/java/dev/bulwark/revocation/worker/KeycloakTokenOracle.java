package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.Profile;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.StorageUnavailableUserModelDelegate;
import org.keycloak.models.utils.UserModelDelegate;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.util.UserSessionUtil;
import org.keycloak.storage.StorageUnavailableException;

/**
 * Asks Keycloak what token introspection would say. The checks are those of {@code
 * AccessTokenIntrospectionProvider.introspectionChecks} and {@code
 * UserSessionUtil.findValidSession}, without their side effects (transient sessions, events).
 */
public final class KeycloakTokenOracle implements TokenOracle {

  private static final int PER_TRANSACTION = 200;

  private final KeycloakSessionFactory factory;

  /** For a server. */
  public KeycloakTokenOracle(KeycloakSessionFactory factory) {
    this.factory = factory;
  }

  @Override
  public Set<LedgerToken> dead(Collection<LedgerToken> tokens) {
    Set<LedgerToken> dead = new HashSet<>();
    List<LedgerToken> all = List.copyOf(tokens);
    for (int from = 0; from < all.size(); from += PER_TRANSACTION) {
      List<LedgerToken> some = all.subList(from, Math.min(from + PER_TRANSACTION, all.size()));
      KeycloakModelUtils.runJobInTransaction(
          factory,
          session -> {
            for (LedgerToken token : some) {
              if (!isAlive(session, token)) {
                dead.add(token);
              }
            }
          });
    }
    return dead;
  }

  private static boolean isAlive(KeycloakSession session, LedgerToken token) {
    RealmModel realm = session.realms().getRealm(token.realmId());
    if (realm == null || !realm.isEnabled()) {
      return false;
    }
    session.getContext().setRealm(realm);
    ClientModel client = realm.getClientById(token.clientId());
    if (client == null
        || !client.isEnabled()
        || token.issuedAt() < Math.max(realm.getNotBefore(), client.getNotBefore())
        || session.revokedTokens().contains(token.jti())) {
      return false;
    }
    if (token.sessionId() == null) {
      return (token.type() == SessionType.TRANSIENT || token.type() == SessionType.UNKNOWN)
          && isUserValid(session, realm, session.users().getUserById(realm, token.userId()), token);
    }
    return token.type().looksAtOnline() && isCarried(session, realm, client, token, false)
        || token.type().looksAtOffline() && isCarried(session, realm, client, token, true);
  }

  private static boolean isCarried(
      KeycloakSession session,
      RealmModel realm,
      ClientModel client,
      LedgerToken token,
      boolean offline) {
    String sessionId = Objects.requireNonNull(token.sessionId());
    boolean needsClientSession = token.type().needsClientSession();
    UserSessionModel userSession;
    if (needsClientSession) {
      userSession =
          session
              .sessions()
              .getUserSessionIfClientExists(realm, sessionId, offline, client.getId());
      if (userSession == null
          && !offline
          && Profile.isFeatureEnabled(Profile.Feature.TOKEN_EXCHANGE)) {
        // Tokens of legacy exchange with impersonation do without a client session.
        userSession =
            UserSessionUtil.getUserSessionWithImpersonatorClient(
                session, realm, sessionId, false, client.getId());
        needsClientSession = userSession == null;
      }
    } else {
      userSession =
          offline
              ? session.sessions().getOfflineUserSession(realm, sessionId)
              : session.sessions().getUserSession(realm, sessionId);
    }
    if (!AuthenticationManager.isSessionValid(realm, userSession)) {
      return false;
    }
    AccessToken stamp = new AccessToken();
    stamp.iat(token.issuedAt());
    if (stamp.isIssuedBeforeSessionStart(userSession.getStarted())) {
      return false;
    }
    if (needsClientSession) {
      AuthenticatedClientSessionModel clientSession =
          userSession.getAuthenticatedClientSessionByClient(client.getId());
      if (clientSession == null
          || stamp.isIssuedBeforeSessionStart(clientSession.getStarted())
          || offline && !UserSessionUtil.isOfflineAccessGranted(session, clientSession)) {
        return false;
      }
    }
    return isUserValid(session, realm, userSession.getUser(), token);
  }

  /**
   * Of a user whose store is down Keycloak makes one that is disabled. That one may not log in, but
   * nobody has ended his tokens, and a revocation could not be taken back.
   */
  static void requireReachable(UserModel user) {
    UserModel inner = user;
    while (inner instanceof UserModelDelegate delegate) {
      if (inner instanceof StorageUnavailableUserModelDelegate) {
        throw new StorageUnavailableException("The store of user " + user.getId() + " is down");
      }
      inner = delegate.getDelegate();
    }
  }

  private static boolean isUserValid(
      KeycloakSession session, RealmModel realm, @Nullable UserModel user, LedgerToken token) {
    if (user == null) {
      return false;
    }
    requireReachable(user);
    AccessToken stamp = new AccessToken();
    stamp.iat(token.issuedAt());
    return TokenManager.isUserValid(session, realm, stamp, user);
  }
}

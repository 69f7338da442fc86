package dev.bulwark.revocation.verify;

import dev.bulwark.revocation.rules.IssuedFor;
import dev.bulwark.revocation.rules.IssuerRule;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.rules.SigningKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.crypto.KeyUse;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ImpersonationSessionNote;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.util.UserSessionUtil;

/**
 * Says in one Keycloak transaction which tokens introspection would call active. The checks are
 * those of {@code AccessTokenIntrospectionProvider.introspectionChecks} and {@code
 * UserSessionUtil.findValidSession}, without their side effects (transient sessions, events).
 *
 * <p>The judge remembers what it has looked up, absent rows above all: Keycloak would ask the
 * database for each of 100,000 tokens whose client, user or session is gone. It belongs to one
 * thread and one transaction.
 */
final class TokenJudge {

  private final KeycloakSession session;
  private final StoredSessions sessions;
  private final Map<List<String>, Optional<?>> known = new HashMap<>();

  /**
   * Judges with the models of a session.
   *
   * @param onlineIsStored whether Keycloak writes online sessions to its database
   */
  TokenJudge(KeycloakSession session, boolean onlineIsStored) {
    this.session = session;
    this.sessions = new StoredSessions(session, onlineIsStored);
  }

  /** Whether Keycloak honours the token. */
  boolean isAlive(LedgerToken token) {
    RealmModel realm = once(() -> session.realms().getRealm(token.realmId()), token.realmId());
    if (realm == null || !realm.isEnabled()) {
      return false;
    }
    session.getContext().setRealm(realm);
    ClientModel client =
        once(() -> realm.getClientById(token.clientId()), token.realmId(), "c", token.clientId());
    if (client == null
        || !client.isEnabled()
        || !isNamed(realm, client, token)
        || !isSignedByKeyOf(realm, token)
        || !hasKey(realm, token)
        || token.issuedAt() < Math.max(realm.getNotBefore(), client.getNotBefore())
        || session.revokedTokens().contains(token.jti())) {
      return false;
    }
    if (token.sessionId() == null) {
      return (token.type() == SessionType.TRANSIENT || token.type() == SessionType.UNKNOWN)
          && isUserValid(realm, user(realm, token), token);
    }
    return token.type().mayUseOnlineSession() && hasLiveSession(realm, client, token, false)
        || token.type().mayUseOfflineSession() && hasLiveSession(realm, client, token, true);
  }

  /**
   * Whether the token still names its realm and its client as they are called now. Introspection
   * compares {@code iss} with the realm's address and looks the client up by {@code azp}. The
   * session of the token belongs to the renamed client, so another client that has taken the old
   * client id does not bring the token back.
   */
  private boolean isNamed(RealmModel realm, ClientModel client, LedgerToken token) {
    if (!IssuedFor.fits(token.issuedFor(), client.getClientId())) {
      return false;
    }
    if (token.issuer() == null) {
      return true;
    }
    IssuerRule rule = once(() -> RealmIssuers.of(session, realm), token.realmId(), "issuer");
    return rule == null || rule.accepts(token.issuer());
  }

  /**
   * Whether the key that signed the token still verifies. A passive key does, a disabled one does
   * not.
   */
  private boolean isSignedByKeyOf(RealmModel realm, LedgerToken token) {
    if (token.signingKey() == null) {
      return true;
    }
    Set<Long> keys = once(() -> signingKeys(realm), token.realmId(), "keys");
    return keys != null && keys.contains(token.signingKey());
  }

  private Set<Long> signingKeys(RealmModel realm) {
    return session
        .keys()
        .getKeysStream(realm)
        .filter(key -> key.getUse() == KeyUse.SIG && key.getStatus().isEnabled())
        .map(key -> SigningKey.mark(key.getKid(), key.getAlgorithmOrDefault()))
        .collect(Collectors.toSet());
  }

  /**
   * Whether the API key that the token was exchanged for still carries it. Introspection with the
   * bundle asks the same; Keycloak alone knows no keys.
   */
  private boolean hasKey(RealmModel realm, LedgerToken token) {
    String key = token.apiKeyId();
    return key == null
        || KeyState.isStillValid(
            once(() -> ApiKeyTokens.data(session, realm, key), token.realmId(), "key", key),
            token.issuedAt(),
            Time.currentTimeMillis());
  }

  private @Nullable UserModel user(RealmModel realm, LedgerToken token) {
    return once(
        () -> session.users().getUserById(realm, token.userId()),
        token.realmId(),
        "u",
        token.userId());
  }

  private boolean hasLiveSession(
      RealmModel realm, ClientModel client, LedgerToken token, boolean offline) {
    Carrier carrier = carrier(realm, client, token, offline);
    if (carrier == null || !carrier.startedBefore(token)) {
      return false;
    }
    return isUserValid(realm, carrier.userSession().getUser(), token);
  }

  private @Nullable Carrier carrier(
      RealmModel realm, ClientModel client, LedgerToken token, boolean offline) {
    String sessionId = Objects.requireNonNull(token.sessionId());
    String flag = offline ? "offline" : "online";
    return token.type().needsClientSession()
        ? once(
            () -> withClient(realm, sessionId, offline, client),
            token.realmId(),
            flag,
            sessionId,
            client.getId())
        : once(() -> alone(realm, sessionId, offline), token.realmId(), flag, sessionId);
  }

  /** The user session, for tokens that need no client session. */
  private @Nullable Carrier alone(RealmModel realm, String sessionId, boolean offline) {
    return carrierOf(realm, sessions.find(realm, sessionId, offline));
  }

  private @Nullable Carrier withClient(
      RealmModel realm, String sessionId, boolean offline, ClientModel client) {
    UserSessionModel userSession = sessions.find(realm, sessionId, offline);
    if (userSession == null) {
      return null;
    }
    AuthenticatedClientSessionModel clientSession =
        userSession.getAuthenticatedClientSessionByClient(client.getId());
    if (clientSession == null) {
      return !offline && isImpersonated(userSession, client) ? carrierOf(realm, userSession) : null;
    }
    if (!AuthenticationManager.isSessionValid(realm, userSession)
        || offline && !hasOfflineAccess(userSession, clientSession)) {
      return null;
    }
    return new Carrier(userSession, Math.max(userSession.getStarted(), clientSession.getStarted()));
  }

  private static @Nullable Carrier carrierOf(
      RealmModel realm, @Nullable UserSessionModel userSession) {
    return userSession != null && AuthenticationManager.isSessionValid(realm, userSession)
        ? new Carrier(userSession, userSession.getStarted())
        : null;
  }

  /** Roles can come from the user store as well, so one that is down tells nothing of them. */
  private boolean hasOfflineAccess(
      UserSessionModel userSession, AuthenticatedClientSessionModel clientSession) {
    UserModel user = userSession.getUser();
    if (user == null) {
      return false;
    }
    KeycloakTokenOracle.requireReachable(user);
    return UserSessionUtil.isOfflineAccessGranted(session, clientSession);
  }

  /**
   * Tokens of legacy exchange with impersonation do without a client session ({@code
   * UserSessionUtil.getUserSessionWithImpersonatorClient}).
   */
  private static boolean isImpersonated(UserSessionModel userSession, ClientModel client) {
    return DeprecatedFeature.TOKEN_EXCHANGE.isEnabled()
        && client
            .getId()
            .equals(userSession.getNote(ImpersonationSessionNote.IMPERSONATOR_CLIENT.toString()));
  }

  private boolean isUserValid(RealmModel realm, @Nullable UserModel user, LedgerToken token) {
    if (user == null) {
      return false;
    }
    KeycloakTokenOracle.requireReachable(user);
    return TokenManager.isUserValid(session, realm, stamp(token), user);
  }

  private static AccessToken stamp(LedgerToken token) {
    AccessToken stamp = new AccessToken();
    stamp.iat(token.issuedAt());
    return stamp;
  }

  /** Looks something up once, also where there is nothing. */
  @SuppressWarnings("unchecked")
  private <T> @Nullable T once(Supplier<@Nullable T> lookUp, String... key) {
    return (T)
        known
            .computeIfAbsent(List.of(key), absent -> Optional.ofNullable(lookUp.get()))
            .orElse(null);
  }

  /**
   * A valid session, with its client session where the token needs one.
   *
   * @param started when the later of the two started, seconds since 1970
   */
  private record Carrier(UserSessionModel userSession, int started) {

    boolean startedBefore(LedgerToken token) {
      return !stamp(token).isIssuedBeforeSessionStart(started);
    }
  }
}

package dev.bulwark.revocation.events;

import dev.bulwark.revocation.events.EventContext.RequestToken;
import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.Scopes;
import dev.bulwark.revocation.rules.SessionType;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.Event;
import org.keycloak.util.TokenUtil;

/** Which scopes a user event gives. */
public final class UserEventScopes {

  private static final Set<SessionType> NONE = Set.of();
  private static final Set<SessionType> ONLINE_CLIENT = Set.of(SessionType.ONLINE);
  private static final Set<SessionType> CLIENT =
      Set.copyOf(EnumSet.of(SessionType.ONLINE, SessionType.OFFLINE));

  private UserEventScopes() {}

  /** The scopes, none for most events. */
  public static List<RevocationScope> of(Event event, EventContext context) {
    String realmId = event.getRealmId();
    if (realmId == null) {
      return List.of();
    }
    Scopes scopes = new Scopes(event.getType().name(), event.getTime());
    return switch (event.getType()) {
      case LOGOUT -> logout(event, realmId, scopes, SessionType.ONLINE_TYPES);
      // Expired: the same session may have been revived by a refresh meanwhile.
      case USER_SESSION_DELETED -> logout(event, realmId, scopes, NONE);
      case REVOKE_GRANT -> revokeGrant(event, realmId, scopes, context);
      case USER_DISABLED_BY_PERMANENT_LOCKOUT -> user(event, realmId, scopes, SessionType.ALL);
      case REFRESH_TOKEN_ERROR -> reuse(event, realmId, scopes, context, Errors.INVALID_TOKEN);
      case CODE_TO_TOKEN_ERROR -> reuse(event, realmId, scopes, context, Errors.INVALID_CODE);
      case RESTART_AUTHENTICATION, IMPERSONATE -> user(event, realmId, scopes, NONE);
      case REMOVE_CREDENTIAL, UPDATE_CREDENTIAL -> ApiKeyScopes.ofUserEvent(event, realmId, scopes);
      default -> List.of();
    };
  }

  private static List<RevocationScope> logout(
      Event event, String realmId, Scopes scopes, Set<SessionType> kills) {
    String sessionId = event.getSessionId();
    // An offline twin of the same id may die too, or not: that is verified.
    return sessionId == null
        ? user(event, realmId, scopes, NONE)
        : List.of(scopes.session(realmId, sessionId, null, kills));
  }

  private static List<RevocationScope> user(
      Event event, String realmId, Scopes scopes, Set<SessionType> kills) {
    String userId = event.getUserId();
    return userId == null ? List.of() : List.of(scopes.user(realmId, userId, null, kills));
  }

  private static List<RevocationScope> revokeGrant(
      Event event, String realmId, Scopes scopes, EventContext context) {
    String tokenId = detail(event, Details.TOKEN_ID);
    if (tokenId != null) {
      return revokedAccessToken(event, realmId, scopes, context, tokenId);
    }
    String sessionId = event.getSessionId();
    if (sessionId == null) {
      // An application removed in the account console.
      return user(event, realmId, scopes, NONE);
    }
    String clientId = event.getClientId();
    String internalId = clientId == null ? null : context.internalClientId(clientId);
    boolean offline =
        TokenUtil.TOKEN_TYPE_OFFLINE.equals(detail(event, Details.REFRESH_TOKEN_TYPE));
    Set<SessionType> kills = internalId == null ? NONE : offline ? CLIENT : ONLINE_CLIENT;
    return List.of(scopes.session(realmId, sessionId, internalId, kills));
  }

  private static List<RevocationScope> revokedAccessToken(
      Event event, String realmId, Scopes scopes, EventContext context, String tokenId) {
    RequestToken token = context.requestToken("token");
    if (token == null || !token.jti().equals(tokenId) || token.expiresAt() <= 0) {
      return user(event, realmId, scopes, NONE);
    }
    RevocationScope one = scopes.token(realmId, tokenId, token.expiresAt());
    String sessionId = token.sessionId();
    // Tokens exchanged from it lose their client session.
    return sessionId == null || detail(event, Details.TOKEN_EXCHANGE_REVOKED_CLIENTS) == null
        ? List.of(one)
        : List.of(one, scopes.session(realmId, sessionId, null, NONE));
  }

  /**
   * A used code or refresh token came again. The event is committed before the session is ended,
   * and names neither session nor the right client: the request does.
   */
  private static List<RevocationScope> reuse(
      Event event, String realmId, Scopes scopes, EventContext context, String error) {
    if (!Objects.equals(event.getError(), error)) {
      return List.of();
    }
    String sessionId = event.getSessionId();
    if (sessionId == null) {
      sessionId = detail(event, Details.CODE_ID);
    }
    if (sessionId == null) {
      RequestToken token = context.requestToken("refresh_token");
      sessionId = token == null ? null : token.sessionId();
    }
    return sessionId == null ? List.of() : List.of(scopes.session(realmId, sessionId, null, NONE));
  }

  static @Nullable String detail(Event event, String name) {
    Map<String, String> details = event.getDetails();
    return details == null ? null : details.get(name);
  }
}

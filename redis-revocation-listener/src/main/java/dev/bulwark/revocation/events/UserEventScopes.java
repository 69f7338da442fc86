package dev.bulwark.revocation.events;

import dev.bulwark.revocation.events.EventContext.RequestToken;
import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.Scopes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.Event;

/** Which scopes a user event gives. */
public final class UserEventScopes {

  private UserEventScopes() {}

  /** The scopes, none for most events. */
  public static List<RevocationScope> of(Event event, EventContext context) {
    String realmId = event.getRealmId();
    if (realmId == null) {
      return List.of();
    }
    Scopes scopes = new Scopes(event.getType().name(), event.getTime());
    return switch (event.getType()) {
      case LOGOUT, USER_SESSION_DELETED -> session(event, realmId, scopes);
      case REVOKE_GRANT -> revokeGrant(event, realmId, scopes, context);
      case REFRESH_TOKEN_ERROR -> reuse(event, realmId, scopes, context, Errors.INVALID_TOKEN);
      case CODE_TO_TOKEN_ERROR -> reuse(event, realmId, scopes, context, Errors.INVALID_CODE);
      case USER_DISABLED_BY_PERMANENT_LOCKOUT, RESTART_AUTHENTICATION, IMPERSONATE ->
          user(event, realmId, scopes);
      case REMOVE_CREDENTIAL, UPDATE_CREDENTIAL -> ApiKeyScopes.ofUserEvent(event, realmId, scopes);
      default -> List.of();
    };
  }

  /** An offline twin of the same id may die too, or not; without an id, any session may. */
  private static List<RevocationScope> session(Event event, String realmId, Scopes scopes) {
    String sessionId = event.getSessionId();
    return sessionId == null
        ? user(event, realmId, scopes)
        : List.of(scopes.session(realmId, sessionId));
  }

  private static List<RevocationScope> user(Event event, String realmId, Scopes scopes) {
    String userId = event.getUserId();
    return userId == null ? List.of() : List.of(scopes.user(realmId, userId));
  }

  private static List<RevocationScope> revokeGrant(
      Event event, String realmId, Scopes scopes, EventContext context) {
    String tokenId = detail(event, Details.TOKEN_ID);
    if (tokenId != null) {
      return revokedAccessToken(event, realmId, scopes, context, tokenId);
    }
    // Without a session: an application was removed in the account console.
    return session(event, realmId, scopes);
  }

  private static List<RevocationScope> revokedAccessToken(
      Event event, String realmId, Scopes scopes, EventContext context, String tokenId) {
    RequestToken token = context.requestToken("token");
    if (token == null || !token.jti().equals(tokenId) || token.expiresAt() <= 0) {
      return user(event, realmId, scopes);
    }
    RevocationScope one = scopes.token(realmId, tokenId, token.expiresAt());
    String sessionId = token.sessionId();
    // Tokens exchanged from it lose their client session.
    return sessionId == null || detail(event, Details.TOKEN_EXCHANGE_REVOKED_CLIENTS) == null
        ? List.of(one)
        : List.of(one, scopes.session(realmId, sessionId));
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
    return sessionId == null ? List.of() : List.of(scopes.session(realmId, sessionId));
  }

  static @Nullable String detail(Event event, String name) {
    Map<String, String> details = event.getDetails();
    return details == null ? null : details.get(name);
  }
}

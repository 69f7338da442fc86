package dev.bulwark.revocation.events;

import dev.bulwark.contract.Revocation;
import dev.bulwark.revocation.events.EventContext.RequestToken;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.Event;

/** Which endings a user event gives. */
public final class UserEventEndings {

  private UserEventEndings() {}

  /** The endings, none for most events. */
  public static List<Ending> of(Event event, EventContext context) {
    String realmId = event.getRealmId();
    if (realmId == null) {
      return List.of();
    }
    Endings endings = new Endings(event.getType().name(), event.getTime());
    return switch (event.getType()) {
      case LOGOUT, USER_SESSION_DELETED -> session(event, realmId, endings);
      case REVOKE_GRANT -> revokeGrant(event, realmId, endings, context);
      case REFRESH_TOKEN_ERROR -> reuse(event, realmId, endings, context, Errors.INVALID_TOKEN);
      case CODE_TO_TOKEN_ERROR -> reuse(event, realmId, endings, context, Errors.INVALID_CODE);
      case USER_DISABLED_BY_PERMANENT_LOCKOUT, RESTART_AUTHENTICATION, IMPERSONATE ->
          user(event, realmId, endings);
      case REMOVE_CREDENTIAL, UPDATE_CREDENTIAL ->
          ApiKeyEndings.ofUserEvent(event, realmId, endings);
      case CLIENT_UPDATE -> registeredClient(event, realmId, endings, context);
      default -> List.of();
    };
  }

  /**
   * An offline twin of the same id may die too, or not; without an id, any session may. A global
   * token revocation ends all sessions, and names one of them.
   */
  private static List<Ending> session(Event event, String realmId, Endings endings) {
    String sessionId = event.getSessionId();
    return sessionId == null || Revocation.REASON.equals(detail(event, Details.REASON))
        ? user(event, realmId, endings)
        : List.of(endings.session(realmId, sessionId));
  }

  /** An application has changed its own registration, which an administrator's event never says. */
  private static List<Ending> registeredClient(
      Event event, String realmId, Endings endings, EventContext context) {
    String name = event.getClientId();
    String client = name == null ? null : context.clientOf(name);
    return client != null && context.hasChanged(client)
        ? List.of(endings.client(realmId, client))
        : List.of();
  }

  private static List<Ending> user(Event event, String realmId, Endings endings) {
    String userId = event.getUserId();
    return userId == null ? List.of() : List.of(endings.user(realmId, userId));
  }

  private static List<Ending> revokeGrant(
      Event event, String realmId, Endings endings, EventContext context) {
    String tokenId = detail(event, Details.TOKEN_ID);
    if (tokenId != null) {
      return revokedAccessToken(event, realmId, endings, context, tokenId);
    }
    // Without a session: an application was removed in the account console.
    return session(event, realmId, endings);
  }

  private static List<Ending> revokedAccessToken(
      Event event, String realmId, Endings endings, EventContext context, String tokenId) {
    RequestToken token = context.requestToken("token");
    if (token == null || !token.jti().equals(tokenId) || token.expiresAt() <= 0) {
      return user(event, realmId, endings);
    }
    Ending one = endings.token(realmId, tokenId, token.expiresAt());
    String sessionId = token.sessionId();
    // Tokens exchanged from it lose their client session.
    return sessionId == null || detail(event, Details.TOKEN_EXCHANGE_REVOKED_CLIENTS) == null
        ? List.of(one)
        : List.of(one, endings.session(realmId, sessionId));
  }

  /**
   * A used code or refresh token came again. The event is committed before the session is ended,
   * and names neither session nor the right client: the request does.
   */
  private static List<Ending> reuse(
      Event event, String realmId, Endings endings, EventContext context, String error) {
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
    return sessionId == null ? List.of() : List.of(endings.session(realmId, sessionId));
  }

  static @Nullable String detail(Event event, String name) {
    Map<String, String> details = event.getDetails();
    return details == null ? null : details.get(name);
  }
}

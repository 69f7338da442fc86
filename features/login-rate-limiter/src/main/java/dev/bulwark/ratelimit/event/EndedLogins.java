package dev.bulwark.ratelimit.event;

import dev.bulwark.factory.ServedRequest;
import jakarta.ws.rs.HttpMethod;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventType;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Ends what is known of users who sign out their other devices, which Keycloak writes nowhere. */
final class EndedLogins {

  /** The account console's "Sign out all devices", below {@code http-relative-path}. */
  private static final Pattern ALL_SESSIONS =
      Pattern.compile("(?:^|/)realms/[^/]+/account/sessions/?$");

  /** Attribute of the session: "not before" of the user when the first session ended. */
  private static final String BEFORE = EndedLogins.class.getName();

  private EndedLogins() {}

  /** Whether an event is one of those of such a request: Keycloak fires one for each session. */
  static boolean isEnd(KeycloakSession session, Event event) {
    if (event.getType() != EventType.LOGOUT) {
      return false;
    }
    @Nullable HttpRequest request = ServedRequest.of(session.getContext());
    return isFromPage(event)
        || (request != null
            && HttpMethod.DELETE.equals(request.getHttpMethod())
            && ALL_SESSIONS.matcher(request.getUri().getPath()).find());
  }

  /** "Sign out from other devices" on the page of a new factor, password or address. */
  private static boolean isFromPage(Event event) {
    return event.getDetails() != null
        && (event.getDetails().containsKey(Details.LOGOUT_TRIGGERED_BY_REQUIRED_ACTION)
            || event.getDetails().containsKey(Details.LOGOUT_TRIGGERED_BY_ACTION_TOKEN));
  }

  /**
   * Gives the user's "not before" another value, as an administrator's "Sign out" does: {@link
   * dev.bulwark.ratelimit.known.LoginStamp} asks for nothing else. A second more than it was,
   * however many sessions end: a later time would end tokens of the session that the user keeps. A
   * session of that very second has such tokens already, so nothing is changed while there is one.
   */
  static void forget(KeycloakSession session, RealmModel realm, String userId) {
    UserModel user = session.users().getUserById(realm, userId);
    if (user == null) {
      return;
    }
    int second = session.users().getNotBeforeOfUser(realm, user);
    @Nullable Integer before = session.getAttribute(BEFORE, Integer.class);
    if (before != null && before != second) {
      return;
    }
    session.setAttribute(BEFORE, second);
    boolean isSafe =
        Stream.concat(
                session.sessions().getUserSessionsStream(realm, user),
                session.sessions().getOfflineUserSessionsStream(realm, user))
            .noneMatch(left -> left.getStarted() == second);
    if (isSafe) {
      session.users().setNotBeforeForUser(realm, user, second + 1);
    }
  }
}

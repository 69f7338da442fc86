package dev.bulwark.breached;

import dev.bulwark.breached.Verdict.Unreachable;
import dev.bulwark.factory.ServedRequest;
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
 * The event that says that a password was judged while the range API was unreachable, and by what
 * (spec P9).
 *
 * <p>It is an error event, so that Keycloak stores it at once, in a transaction of its own: a
 * refused password rolls the request's transaction back. A session sends it once a user, though
 * registration asks twice.
 */
final class UnreachableEvent {

  static final String ERROR = "breached_password_service_unreachable";
  static final String POLICY = "breached_password_unreachable_policy";
  static final String SOURCE = "breached_password_source";
  static final String OUTCOME = "breached_password_outcome";

  private static final String SENT_ATTRIBUTE = UnreachableEvent.class.getName();

  private UnreachableEvent() {}

  static void send(
      KeycloakSession session,
      RealmModel realm,
      @Nullable UserModel user,
      @Nullable String username,
      Verdict verdict,
      Unreachable unreachable) {
    String subject = user == null ? "?" + username : user.getId();
    if (subject.equals(session.getAttribute(SENT_ATTRIBUTE))) {
      return;
    }
    session.setAttribute(SENT_ATTRIBUTE, subject);
    ClientConnection connection =
        ServedRequest.of(session.getContext()) == null
            ? null
            : session.getContext().getConnection();
    ClientModel client = session.getContext().getClient();
    EventBuilder event = new EventBuilder(realm, session).event(EventType.UPDATE_CREDENTIAL);
    if (connection != null && connection.getRemoteHost() != null) {
      event.ipAddress(connection.getRemoteHost());
    }
    if (client != null) {
      event.client(client);
    }
    if (user != null) {
      event.user(user);
    }
    event
        .detail(Details.USERNAME, username)
        .detail(Details.CREDENTIAL_TYPE, PasswordCredentialModel.TYPE)
        .detail(Details.REASON, unreachable.reason().label())
        .detail(POLICY, unreachable.policy().label())
        .detail(SOURCE, verdict.source().label())
        .detail(OUTCOME, verdict.outcome().label())
        .error(ERROR);
  }
}

package dev.bulwark.backchannel.signals;

import dev.bulwark.backchannel.outbox.Cause;
import dev.bulwark.backchannel.outbox.LogoutNotice;
import dev.bulwark.backchannel.outbox.LogoutOutbox;
import dev.bulwark.backchannel.outbox.NoticeClock;
import dev.bulwark.backchannel.outbox.NoticeState;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.keycloak.common.util.Time;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.KeycloakSession;

/**
 * Notes which ends Keycloak has told its Shared Signals transmitter itself, so that none is told
 * twice. It is in the transaction of the event.
 */
final class LogoutEventListener implements EventListenerProvider {

  /** Reasons of events that Keycloak does not pass on. */
  private static final Set<String> UNSIGNALED_REASONS =
      Set.of(Details.USER_SESSION_EXPIRED_REASON, Details.INVALID_USER_SESSION_REMEMBER_ME_REASON);

  private static final Pattern LOGOUT_OF_USER = Pattern.compile("users/([^/]+)/logout");

  private final KeycloakSession session;
  private final SharedSignals signals;
  private final NoticeClock clock;

  LogoutEventListener(KeycloakSession session, SharedSignals signals, NoticeClock clock) {
    this.session = session;
    this.signals = signals;
    this.clock = clock;
  }

  @Override
  public void onEvent(Event event) {
    if (event.getType() == EventType.LOGOUT
        && event.getSessionId() != null
        && !isUnsignaled(event)
        && signals.isOn(session.getContext().getRealm())) {
      new LogoutOutbox(session)
          .add(
              LogoutNotice.signaled(
                  event.getRealmId(),
                  event.getSessionId(),
                  event.getUserId(),
                  Time.currentTime(),
                  clock));
    }
  }

  private static boolean isUnsignaled(Event event) {
    Map<String, String> details = event.getDetails();
    return details != null && UNSIGNALED_REASONS.contains(details.getOrDefault(Details.REASON, ""));
  }

  /** An administrator ends all sessions of a user: Keycloak tells of all in one event. */
  @Override
  public void onEvent(AdminEvent event, boolean includeRepresentation) {
    if (event.getResourceType() != ResourceType.USER || event.getResourcePath() == null) {
      return;
    }
    Matcher logout = LOGOUT_OF_USER.matcher(event.getResourcePath());
    if (logout.matches() && signals.isOn(session.realms().getRealm(event.getRealmId()))) {
      new LogoutOutbox(session)
          .addSignals(
              NoticeState.DELIVERED,
              Cause.LOGOUT,
              "us.realmId = :realm and us.userId = :user",
              Map.of("realm", event.getRealmId(), "user", logout.group(1)),
              clock.millis(),
              clock.databaseMillis());
    }
  }

  @Override
  public void close() {}
}

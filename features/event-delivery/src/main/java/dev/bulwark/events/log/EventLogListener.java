package dev.bulwark.events.log;

import dev.bulwark.events.format.EventJson;
import dev.bulwark.events.record.EventRecord;
import dev.bulwark.events.record.KeycloakEvents;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerTransaction;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;

/**
 * Writes the events of one session when its transaction is committed: what did not happen is not
 * told.
 */
final class EventLogListener implements EventListenerProvider {

  private final LineOutput output;
  private final EventListenerTransaction committed =
      new EventListenerTransaction(
          (event, withRepresentation) -> write(KeycloakEvents.of(event)),
          event -> write(KeycloakEvents.of(event)));

  EventLogListener(KeycloakSession session, LineOutput output) {
    this.output = output;
    session.getTransactionManager().enlistAfterCompletion(committed);
  }

  @Override
  public void onEvent(Event event) {
    committed.addEvent(event.clone());
  }

  @Override
  public void onEvent(AdminEvent event, boolean includeRepresentation) {
    committed.addAdminEvent(event, false);
  }

  private void write(EventRecord event) {
    output.write(EventJson.line(event));
  }

  @Override
  public void close() {}
}

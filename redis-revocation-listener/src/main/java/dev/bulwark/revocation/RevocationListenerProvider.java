package dev.bulwark.revocation;

import dev.bulwark.revocation.events.AdminEventEndings;
import dev.bulwark.revocation.events.EventContext;
import dev.bulwark.revocation.events.UserEventEndings;
import dev.bulwark.revocation.rules.Ending;
import java.util.List;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Turns events into revocation endings. */
final class RevocationListenerProvider implements EventListenerProvider {

  private static final Logger LOG = Logger.getLogger(RevocationListenerProvider.class);

  private final KeycloakSession session;
  private final @Nullable RevocationService service;

  RevocationListenerProvider(KeycloakSession session, @Nullable RevocationService service) {
    this.session = session;
    this.service = service;
  }

  @Override
  public void onEvent(Event event) {
    record(
        event.getRealmId(),
        context -> UserEventEndings.of(event, context),
        event.getType(),
        event.getError() != null);
  }

  @Override
  public void onEvent(AdminEvent event, boolean includeRepresentation) {
    record(
        event.getRealmId(),
        context -> AdminEventEndings.of(event, context),
        event.getOperationType(),
        false);
  }

  private void record(
      @Nullable String realmId,
      Function<EventContext, List<Ending>> endings,
      Object eventName,
      boolean error) {
    RevocationService running = service;
    if (running == null || realmId == null) {
      return;
    }
    try {
      RealmModel realm = session.getContext().getRealm();
      if (realm == null || !realm.getId().equals(realmId)) {
        realm = session.realms().getRealm(realmId);
      }
      if (realm != null && running.caresFor(realm)) {
        List<Ending> found = endings.apply(new KeycloakEventContext(session, realm, running));
        EndingRecorder recorder = new EndingRecorder(session, running);
        if (error) {
          recorder.recordKnown(found);
        } else {
          recorder.record(found);
        }
      }
    } catch (RuntimeException e) {
      // Keycloak would swallow it too, but not say what it means.
      LOG.errorf(
          e,
          "Event %s could not be processed. The whole ledger is compared to find its tokens",
          eventName);
      new EndingRecorder(session, running).compareAfterCommit();
    }
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}

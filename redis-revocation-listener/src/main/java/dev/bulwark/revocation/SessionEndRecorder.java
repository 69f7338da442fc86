package dev.bulwark.revocation;

import dev.bulwark.removal.RemovalListener;
import dev.bulwark.revocation.sessions.RemovedSessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.hibernate.Session;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Writes the end of every stored session down in the transaction that removes it. So a session that
 * ends without an event has its tokens in Redis with the response, and a session whose removal is
 * rolled back keeps them. Removals of all sessions of a realm, client or user, and of expired
 * sessions, are told by events and not here.
 */
final class SessionEndRecorder implements RemovalListener {

  private static final Logger LOG = Logger.getLogger(SessionEndRecorder.class);
  private static final String ATTRIBUTE = SessionEndRecorder.class.getName();

  @Override
  public void removingSession(KeycloakSession session, String sessionId, boolean offline) {
    RevocationService running = RevocationListenerProviderFactory.running();
    RealmModel realm = session.getContext().getRealm();
    if (running != null && (realm == null || running.caresFor(realm))) {
      end(session, running, sessionId, offline);
    }
  }

  @Override
  public void removingClientSession(
      KeycloakSession session, String sessionId, String clientId, boolean offline) {
    removingSession(session, sessionId, offline);
  }

  /** A failure here must not keep the session from ending; a comparison finds its tokens. */
  private static void end(
      KeycloakSession session, RevocationService running, String sessionId, boolean offline) {
    RemovedSessions removed = removed(session, running);
    // Keycloak has taken the session out of its cache and not yet out of the table: whoever reads
    // it now puts it back into the cache for good. So the usual logout costs nothing here.
    if (!removed.add(sessionId, offline) || new EndingRecorder(session, running).names(sessionId)) {
      return;
    }
    try {
      session
          .getProvider(JpaConnectionProvider.class)
          .getEntityManager()
          .unwrap(Session.class)
          .doWork(connection -> end(session, running, connection, removed, sessionId, offline));
    } catch (RuntimeException e) {
      new EndingRecorder(session, running).compareAfterCommit();
      LOG.warnf(
          e,
          "The end of session %s could not be recorded. The session itself ends. "
              + "The whole ledger is compared to find its tokens. Check the database.",
          sessionId);
    }
  }

  private static void end(
      KeycloakSession session,
      RevocationService running,
      Connection connection,
      RemovedSessions removed,
      String sessionId,
      boolean offline)
      throws SQLException {
    EndingRecorder recorder = new EndingRecorder(session, running);
    EndingLedger endings = running.endings();
    endings
        .owner(connection, sessionId, offline)
        .filter(owner -> !recorder.covers(owner.realmId(), owner.userId(), sessionId))
        .flatMap(owner -> removed.ending(owner, sessionId, endings.now()))
        .ifPresent(ending -> recorder.record(List.of(ending)));
  }

  private static RemovedSessions removed(KeycloakSession session, RevocationService running) {
    @Nullable RemovedSessions known = session.getAttribute(ATTRIBUTE, RemovedSessions.class);
    if (known != null) {
      return known;
    }
    RemovedSessions fresh = new RemovedSessions();
    session.setAttribute(ATTRIBUTE, fresh);
    AfterCommit.run(session, session.getTransactionManager(), () -> running.ended(fresh.all()));
    return fresh;
  }
}

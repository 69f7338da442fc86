package dev.bulwark.revocation;

import dev.bulwark.revocation.sessions.RemovalWatch;
import dev.bulwark.revocation.sessions.RemovedSessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.hibernate.Session;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.jpa.session.JpaUserSessionPersisterProviderFactory;
import org.keycloak.models.session.UserSessionPersisterProvider;

/**
 * Takes the place of Keycloak's session persister (same id, higher order) and has the end of every
 * stored session written down in the transaction that removes it. So a session that ends without an
 * event has its tokens in Redis with the response, and a session whose removal is rolled back keeps
 * them.
 */
public final class RecordingPersisterFactory extends JpaUserSessionPersisterProviderFactory {

  private static final Logger LOG = Logger.getLogger(RecordingPersisterFactory.class);
  private static final String ATTRIBUTE = RecordingPersisterFactory.class.getName();

  @Override
  public UserSessionPersisterProvider create(KeycloakSession session) {
    UserSessionPersisterProvider own = super.create(session);
    RevocationService running = RevocationListenerProviderFactory.running();
    return running == null
        ? own
        : RemovalWatch.of(own, (sessionId, offline) -> end(session, running, sessionId, offline));
  }

  @Override
  public int order() {
    return super.order() + 1;
  }

  /** A failure here must not keep the session from ending; a comparison finds its tokens. */
  private static void end(
      KeycloakSession session, RevocationService running, String sessionId, boolean offline) {
    RemovedSessions removed = removed(session, running);
    // Keycloak has taken the session out of its cache and not yet out of the table: whoever reads
    // it now puts it back into the cache for good. So the usual logout costs nothing here.
    if (!removed.add(sessionId, offline) || new ScopeRecorder(session, running).names(sessionId)) {
      return;
    }
    try {
      session
          .getProvider(JpaConnectionProvider.class)
          .getEntityManager()
          .unwrap(Session.class)
          .doWork(connection -> end(session, running, connection, removed, sessionId, offline));
    } catch (RuntimeException e) {
      new ScopeRecorder(session, running).compareAfterCommit();
      LOG.warnf(
          e,
          "The end of session %s was not written down. The session ends all the same; the whole"
              + " ledger is compared to find its tokens. Check the database.",
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
    ScopeRecorder recorder = new ScopeRecorder(session, running);
    running
        .owner(connection, sessionId, offline)
        .filter(owner -> !recorder.covers(owner.realmId(), owner.userId(), sessionId))
        .flatMap(owner -> removed.ending(owner, sessionId, running.now()))
        .ifPresent(scope -> recorder.record(List.of(scope)));
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

package dev.bulwark.revocation;

import dev.bulwark.revocation.events.ModelEventEndings;
import dev.bulwark.revocation.rules.Ending;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Session;
import org.jboss.logging.Logger;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransactionManager;
import org.keycloak.models.RealmModel;

/**
 * Writes endings into the transaction that they report on, and has them laid over the ledger once
 * it is committed. A rolled-back logout leaves nothing behind.
 */
final class EndingRecorder {

  private static final Logger LOG = Logger.getLogger(EndingRecorder.class);
  private static final String ATTRIBUTE = EndingRecorder.class.getName();

  private final KeycloakSession session;
  private final RevocationService service;

  EndingRecorder(KeycloakSession session, RevocationService service) {
    this.session = session;
    this.service = service;
  }

  /**
   * Writes those endings only that concern a token in the ledger. For errors, which anybody can
   * provoke with keys of his own making. A token that is on its way into the ledger is the
   * reconciler's.
   */
  void recordKnown(List<Ending> endings) {
    try {
      record(service.endings().known(endings));
    } catch (SQLException e) {
      LOG.warn(
          "The ledger could not be read. The whole ledger is compared to find ended tokens", e);
      compareAfterCommit();
    }
  }

  /** Whether the transaction has an ending of the session already, as a logout has. */
  @SuppressWarnings("unchecked")
  boolean names(String sessionId) {
    List<Ending> known = session.getAttribute(ATTRIBUTE, List.class);
    return known != null && known.stream().anyMatch(ending -> sessionId.equals(ending.sessionId()));
  }

  /**
   * Whether the transaction has an ending already that finds the tokens of a session.
   *
   * @param userId whose session it is
   */
  boolean covers(String realmId, String userId, String sessionId) {
    return recorded().stream().anyMatch(ending -> ending.coversSession(realmId, userId, sessionId));
  }

  /** The endings of the transaction so far. */
  @SuppressWarnings("unchecked")
  private List<Ending> recorded() {
    List<Ending> known = session.getAttribute(ATTRIBUTE, List.class);
    return known == null ? List.of() : known;
  }

  /** Writes those endings only that the transaction does not have already. */
  void recordNew(List<Ending> endings) {
    List<Ending> known = recorded();
    record(
        endings.stream()
            .filter(ending -> known.stream().noneMatch(other -> other.doesAllOf(ending)))
            .toList());
  }

  /** What has ended could not be found out: the ledger is compared when the transaction is over. */
  void compareAfterCommit() {
    if (!AfterCommit.run(session, session.getTransactionManager(), service::compareSoon)) {
      service.compareSoon();
    }
  }

  void record(List<Ending> all) {
    List<Ending> found = all.stream().filter(this::isOfCaredRealm).toList();
    if (found.isEmpty()) {
      return;
    }
    List<Ending> endings = service.endings().withoutRepeated(found);
    if (endings.isEmpty()) {
      return;
    }
    KeycloakTransactionManager transactions = session.getTransactionManager();
    if (!transactions.isActive()) {
      recordNow(endings);
      return;
    }
    // Plain JDBC on the transaction's connection: an entity would force a synchronous commit where
    // Keycloak does without, and needs no flush to be in order.
    session
        .getProvider(JpaConnectionProvider.class)
        .getEntityManager()
        .unwrap(Session.class)
        .doWork(connection -> record(connection, transactions, endings));
  }

  /** Where the copy of the realms is behind, the realm of the request tells. */
  private boolean isOfCaredRealm(Ending ending) {
    String realmId = ending.realmId();
    if (realmId == null || service.realms().mayBeOn(realmId)) {
      return true;
    }
    RealmModel realm = session.getContext().getRealm();
    return realm != null && realm.getId().equals(realmId) && service.caresFor(realm);
  }

  private void record(
      Connection connection, KeycloakTransactionManager transactions, List<Ending> all) {
    List<Ending> endings = new ArrayList<>();
    for (Ending ending : all) {
      if (service.endings().mayConcernTokens(connection, ending)) {
        endings.add(ending);
      } else if (ModelEventEndings.isAboutOfflineAccess(ending)) {
        lookAgain(transactions, ending);
      }
    }
    if (endings.isEmpty()) {
      return;
    }
    afterCommit(transactions).addAll(endings);
    try {
      service.endings().record(connection, endings);
    } catch (SQLException e) {
      compareAfterCommit();
      LOG.errorf(
          e,
          "The end of sessions or tokens (%s) could not be written to "
              + "BULWARK_REVOCATION_SCOPE. The logout itself continues. Its tokens are "
              + "revoked after its commit, and the whole ledger is compared. If the "
              + "server fails in between, the next comparison (comparison-interval) finds"
              + " them. Check the database.",
          endings.get(0).cause());
    }
  }

  /** A login that is under way can make a token that the ending concerns. */
  private void lookAgain(KeycloakTransactionManager transactions, Ending ending) {
    Runnable later = () -> service.endings().lookAgain(ending);
    if (!AfterCommit.run(session, transactions, later)) {
      later.run();
    }
  }

  /** The event came after its transaction had ended. */
  private void recordNow(List<Ending> endings) {
    try {
      service.endings().record(endings);
    } catch (SQLException e) {
      LOG.error("A revocation could not be recorded. It is applied once, now, and not repeated", e);
      service.compareSoon();
    }
    expand(endings);
  }

  /** Tells the caller where Redis does not have the ids of the ended tokens yet. */
  private void expand(List<Ending> endings) {
    if (!service.endings().expand(endings)) {
      PendingAnswer.mark(session);
    }
  }

  @SuppressWarnings("unchecked")
  private List<Ending> afterCommit(KeycloakTransactionManager transactions) {
    List<Ending> known = session.getAttribute(ATTRIBUTE, List.class);
    if (known != null) {
      return known;
    }
    List<Ending> endings = new ArrayList<>();
    Runnable expand = () -> expand(List.copyOf(endings));
    if (!AfterCommit.run(session, transactions, expand)) {
      PendingAnswer.mark(session);
      LOG.debug(
          "Revocations follow in the background: Keycloak's transaction has no end to wait for");
    }
    session.setAttribute(ATTRIBUTE, endings);
    return endings;
  }
}

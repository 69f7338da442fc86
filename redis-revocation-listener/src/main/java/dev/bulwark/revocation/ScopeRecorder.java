package dev.bulwark.revocation;

import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.ScopeKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Session;
import org.jboss.logging.Logger;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransactionManager;

/**
 * Writes scopes into the transaction that they report on, and has them laid over the ledger once it
 * is committed. A rolled-back logout leaves nothing behind.
 */
final class ScopeRecorder {

  private static final Logger LOG = Logger.getLogger(ScopeRecorder.class);
  private static final String ATTRIBUTE = ScopeRecorder.class.getName();

  private final KeycloakSession session;
  private final RevocationService service;

  ScopeRecorder(KeycloakSession session, RevocationService service) {
    this.session = session;
    this.service = service;
  }

  /**
   * Writes those scopes only that concern a token in the ledger. For errors, which anybody can
   * provoke with keys of his own making. A token that is on its way into the ledger is the
   * reconciler's.
   */
  void recordKnown(List<RevocationScope> scopes) {
    try {
      record(service.known(scopes));
    } catch (SQLException e) {
      LOG.warn("The ledger was not asked; it is compared to find what has ended", e);
      compareAfterCommit();
    }
  }

  /** Whether the transaction has a scope of the session already, as a logout has. */
  @SuppressWarnings("unchecked")
  boolean names(String sessionId) {
    List<RevocationScope> known = session.getAttribute(ATTRIBUTE, List.class);
    return known != null
        && known.stream()
            .anyMatch(
                scope -> scope.kind() == ScopeKind.SESSION && sessionId.equals(scope.sessionId()));
  }

  /**
   * Whether the transaction has a scope already that finds the tokens of a session.
   *
   * @param userId whose session it is
   */
  boolean covers(String realmId, String userId, String sessionId) {
    return recorded().stream().anyMatch(scope -> scope.coversSession(realmId, userId, sessionId));
  }

  /** The scopes of the transaction so far. */
  @SuppressWarnings("unchecked")
  private List<RevocationScope> recorded() {
    List<RevocationScope> known = session.getAttribute(ATTRIBUTE, List.class);
    return known == null ? List.of() : known;
  }

  /** Writes those scopes only that the transaction does not have already. */
  void recordNew(List<RevocationScope> scopes) {
    List<RevocationScope> known = recorded();
    record(
        scopes.stream()
            .filter(scope -> known.stream().noneMatch(other -> other.doesAllOf(scope)))
            .toList());
  }

  /** What has ended could not be found out: the ledger is compared when the transaction is over. */
  void compareAfterCommit() {
    if (!AfterCommit.run(session, session.getTransactionManager(), service::compareSoon)) {
      service.compareSoon();
    }
  }

  void record(List<RevocationScope> found) {
    List<RevocationScope> scopes = service.withoutRepeated(found);
    if (scopes.isEmpty()) {
      return;
    }
    KeycloakTransactionManager transactions = session.getTransactionManager();
    if (!transactions.isActive()) {
      recordNow(scopes);
      return;
    }
    // Plain JDBC on the transaction's connection: an entity would force a synchronous commit where
    // Keycloak does without, and needs no flush to be in order.
    session
        .getProvider(JpaConnectionProvider.class)
        .getEntityManager()
        .unwrap(Session.class)
        .doWork(connection -> record(connection, transactions, scopes));
  }

  private void record(
      Connection connection, KeycloakTransactionManager transactions, List<RevocationScope> all) {
    List<RevocationScope> scopes =
        all.stream().filter(scope -> service.mayConcernTokens(connection, scope)).toList();
    if (scopes.isEmpty()) {
      return;
    }
    afterCommit(transactions).addAll(scopes);
    try {
      service.record(connection, scopes);
    } catch (SQLException e) {
      compareAfterCommit();
      LOG.errorf(
          e,
          "The end of sessions or tokens (%s) could not be written to BULWARK_REVOCATION_SCOPE."
              + " The logout itself goes on. Its tokens are revoked when it is committed, and the"
              + " whole ledger is compared then. If the server fails in between, they are found by"
              + " the next comparison (comparison-interval). Check the database.",
          scopes.get(0).cause());
    }
  }

  /** The event came after its transaction had ended. */
  private void recordNow(List<RevocationScope> scopes) {
    try {
      service.record(scopes);
    } catch (SQLException e) {
      LOG.error("A revocation could not be written down; it is carried out at once only", e);
      service.compareSoon();
    }
    service.expand(scopes);
  }

  @SuppressWarnings("unchecked")
  private List<RevocationScope> afterCommit(KeycloakTransactionManager transactions) {
    List<RevocationScope> known = session.getAttribute(ATTRIBUTE, List.class);
    if (known != null) {
      return known;
    }
    List<RevocationScope> scopes = new ArrayList<>();
    Runnable expand = () -> service.expand(List.copyOf(scopes));
    if (!AfterCommit.run(session, transactions, expand)) {
      LOG.debug(
          "Revocations follow in the background: Keycloak's transaction has no end to wait for");
    }
    session.setAttribute(ATTRIBUTE, scopes);
    return scopes;
  }
}

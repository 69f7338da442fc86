package dev.bulwark.revocation;

import dev.bulwark.revocation.rules.RevocationScope;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Session;
import org.jboss.logging.Logger;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.AbstractKeycloakTransaction;
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
      LOG.warn("The ledger was not asked; whatever has ended is left to the reconciler", e);
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
      LOG.errorf(
          e,
          "The end of sessions or tokens (%s) could not be written to BULWARK_REVOCATION_SCOPE."
              + " The logout itself goes on. Its tokens are revoked when it is committed, once; if"
              + " the server fails in between, the reconciler has to find them. Check the database.",
          scopes.get(0).cause());
    }
  }

  /** The event came after its transaction had ended. */
  private void recordNow(List<RevocationScope> scopes) {
    try {
      service.record(scopes);
    } catch (SQLException e) {
      LOG.error("A revocation could not be written down; it is carried out at once only", e);
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
    transactions.enlistAfterCompletion(
        new AbstractKeycloakTransaction() {
          @Override
          protected void commitImpl() {
            service.expand(List.copyOf(scopes));
          }

          @Override
          protected void rollbackImpl() {
            // The row has gone with the transaction.
          }
        });
    session.setAttribute(ATTRIBUTE, scopes);
    return scopes;
  }
}

package dev.bulwark.revocation;

import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransactionManager;
import org.keycloak.transaction.JtaTransactionManagerLookup;

/** Has something done on the thread of a request when its transaction is committed. */
final class AfterCommit {

  private AfterCommit() {}

  /**
   * Has it done after the commit, not after a rollback.
   *
   * <p>While Keycloak commits (it writes removed sessions then) its transaction manager takes no
   * further work. The JTA transaction below still does.
   *
   * @return false if there is no way; then it is not done
   */
  static boolean run(
      KeycloakSession session, KeycloakTransactionManager transactions, Runnable work) {
    try {
      transactions.enlistAfterCompletion(
          new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
              work.run();
            }

            @Override
            protected void rollbackImpl() {
              // Nothing has happened.
            }
          });
      return true;
    } catch (IllegalStateException e) {
      return runAfterJta(session, work);
    }
  }

  private static boolean runAfterJta(KeycloakSession session, Runnable work) {
    JtaTransactionManagerLookup lookup = session.getProvider(JtaTransactionManagerLookup.class);
    TransactionManager manager = lookup == null ? null : lookup.getTransactionManager();
    try {
      Transaction transaction = manager == null ? null : manager.getTransaction();
      if (transaction == null) {
        return false;
      }
      transaction.registerSynchronization(
          new Synchronization() {
            @Override
            public void beforeCompletion() {
              // Too early.
            }

            @Override
            public void afterCompletion(int status) {
              if (status == Status.STATUS_COMMITTED) {
                work.run();
              }
            }
          });
      return true;
    } catch (RollbackException | SystemException | IllegalStateException e) {
      return false;
    }
  }
}

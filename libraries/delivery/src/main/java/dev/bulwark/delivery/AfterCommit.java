package dev.bulwark.delivery;

import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;

/** Work after the commit of a session, none after a rollback. */
public final class AfterCommit extends AbstractKeycloakTransaction {

  private final Runnable work;

  private AfterCommit(Runnable work) {
    this.work = work;
  }

  /** Has work done after the commit of a session. */
  public static void run(KeycloakSession session, Runnable work) {
    session.getTransactionManager().enlistAfterCompletion(new AfterCommit(work));
  }

  @Override
  protected void commitImpl() {
    work.run();
  }

  @Override
  protected void rollbackImpl() {}
}

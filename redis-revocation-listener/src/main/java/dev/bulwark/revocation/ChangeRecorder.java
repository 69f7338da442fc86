package dev.bulwark.revocation;

import dev.bulwark.revocation.entities.EntityWatch;
import dev.bulwark.revocation.entities.LoadWatch;
import dev.bulwark.revocation.rules.Ending;
import jakarta.persistence.EntityManagerFactory;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.utils.KeycloakSessionUtil;

/** Has the changes written down that {@link EntityWatch} hears of. */
final class ChangeRecorder {

  private static final Logger LOG = Logger.getLogger(ChangeRecorder.class);

  private ChangeRecorder() {}

  /**
   * Begins; returns false where this version of Keycloak cannot be watched. Then only comparisons
   * find what no event tells.
   */
  static boolean begin(KeycloakSessionFactory factory) {
    try {
      KeycloakModelUtils.runJobInTransaction(
          factory,
          session -> {
            EntityManagerFactory entities =
                session
                    .getProvider(JpaConnectionProvider.class)
                    .getEntityManager()
                    .getEntityManagerFactory();
            EntityWatch.begin(entities, ChangeRecorder::ended, Clock.systemUTC());
            LoadWatch.begin(
                entities,
                client -> whileRunning(running -> running.issuance().leave(client)),
                () -> whileRunning(running -> running.issuance().leaveAll()));
          });
      return true;
    } catch (RuntimeException | LinkageError e) {
      LOG.warn(
          "In this version of Keycloak, the bundle cannot detect changes of users, "
              + "clients and realms without an event. Instead, every round of the "
              + "reconciler compares all issued tokens with Keycloak's tables, which "
              + "costs more",
          e);
      return false;
    }
  }

  private static void whileRunning(Consumer<RevocationService> action) {
    RevocationService running = RevocationListenerProviderFactory.running();
    if (running != null) {
      action.accept(running);
    }
  }

  /** A failure here must not undo the change. */
  private static void ended(SharedSessionContractImplementor writing, List<Ending> endings) {
    RevocationService running = RevocationListenerProviderFactory.running();
    if (running == null) {
      return;
    }
    try {
      @Nullable KeycloakSession session = KeycloakSessionUtil.getKeycloakSession();
      if (session != null && writes(session, writing)) {
        new EndingRecorder(session, running).recordNew(endings);
      } else {
        LOG.debugf("A change outside of Keycloak's transaction: %s", endings.get(0).cause());
        running.compareSoon();
      }
    } catch (RuntimeException e) {
      running.compareSoon();
      LOG.warnf(
          e,
          "%s could not be recorded. The change itself succeeds. The whole ledger "
              + "is compared to find its tokens. Check the database.",
          endings.get(0).cause());
    }
  }

  /** Whether it is that session's transaction. */
  private static boolean writes(KeycloakSession session, SharedSessionContractImplementor writing) {
    return session
            .getProvider(JpaConnectionProvider.class)
            .getEntityManager()
            .unwrap(SharedSessionContractImplementor.class)
        == writing;
  }
}

package dev.bulwark.events.outbox;

import org.jboss.logging.Logger;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.provider.ProviderEvent;

/**
 * Forgets the dead letters of a realm that was deleted: nobody could list them any more. Events
 * that wait are delivered still, the deletion among them. It happens after the commit, in a
 * transaction of its own. MariaDB rejects a statement for several rows if one was added since the
 * transaction began, and the deletion of a realm may take long.
 */
public final class DeadOfRemovedRealm extends AbstractKeycloakTransaction {

  private static final Logger LOG = Logger.getLogger(DeadOfRemovedRealm.class);

  private final KeycloakSessionFactory factory;
  private final String realmId;

  private DeadOfRemovedRealm(KeycloakSessionFactory factory, String realmId) {
    this.factory = factory;
    this.realmId = realmId;
  }

  /** To be registered with Keycloak's factory. */
  public static void onEvent(ProviderEvent event) {
    if (event instanceof RealmModel.RealmRemovedEvent removed) {
      KeycloakSession session = removed.getKeycloakSession();
      session
          .getTransactionManager()
          .enlistAfterCompletion(
              new DeadOfRemovedRealm(
                  session.getKeycloakSessionFactory(), removed.getRealm().getId()));
    }
  }

  @Override
  protected void commitImpl() {
    try {
      KeycloakModelUtils.runJobInTransaction(
          factory, own -> new Outbox(own).removeDead(realmId, Long.MAX_VALUE));
    } catch (RuntimeException e) {
      LOG.warnf(
          e, "Dead letters of the deleted realm %s stay until they are dead-max-age old", realmId);
    }
  }

  @Override
  protected void rollbackImpl() {}
}

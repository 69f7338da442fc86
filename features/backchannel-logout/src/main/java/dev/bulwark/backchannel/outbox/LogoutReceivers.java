package dev.bulwark.backchannel.outbox;

import dev.bulwark.delivery.RowLock;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;

/** The receivers of notices, in the transaction of one session. Not for use by several threads. */
public final class LogoutReceivers {

  private final EntityManager entities;

  public LogoutReceivers(KeycloakSession session) {
    entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
  }

  /**
   * Returns the clients to which something can be delivered now.
   *
   * @param now epoch milliseconds
   */
  public List<String> due(long now) {
    return entities
        .createNamedQuery("bulwarkReceiverDue", String.class)
        .setParameter("now", now)
        .setParameter("latestDue", LogoutOutbox.latestDue(now))
        .getResultList();
  }

  /** Returns receivers that have no row yet. */
  public List<LogoutReceiver> unknown() {
    return entities
        .createNamedQuery("bulwarkReceiverUnknown", Object[].class)
        .getResultStream()
        .map(row -> new LogoutReceiver((String) row[0], (String) row[1]))
        .toList();
  }

  /** Stores a receiver. */
  public void add(LogoutReceiver receiver) {
    entities.persist(receiver);
  }

  /**
   * Locks a receiver until the end of the transaction. It has to be the first statement of the
   * transaction: what is read after it then includes what the last holder has committed.
   *
   * @return empty if another node has it
   */
  public Optional<LogoutReceiver> lock(String clientId) {
    return RowLock.take(entities, LogoutReceiver.class, "clientId", clientId);
  }

  /** Returns the receivers of a realm. */
  public Collection<LogoutReceiver> ofRealm(String realmId) {
    return entities
        .createNamedQuery("bulwarkReceiverOfRealm", LogoutReceiver.class)
        .setParameter("realm", realmId)
        .getResultList();
  }
}

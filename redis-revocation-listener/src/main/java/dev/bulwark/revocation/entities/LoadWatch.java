package dev.bulwark.revocation.entities;

import jakarta.persistence.EntityManagerFactory;
import java.util.function.Consumer;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PostLoadEvent;
import org.hibernate.event.spi.PostLoadEventListener;
import org.keycloak.models.jpa.entities.ClientEntity;
import org.keycloak.models.jpa.entities.RealmEntity;
import org.keycloak.models.jpa.entities.UserEntity;

/**
 * Hears of every client, service account and realm that this node reads from its database, before
 * anybody can work with what was read. Keycloak reads them again after every change, at whichever
 * node it was made. Thread-safe.
 */
public final class LoadWatch implements PostLoadEventListener {

  private static final long serialVersionUID = 1;

  private final transient Consumer<String> clients;
  private final transient Runnable realms;

  private LoadWatch(Consumer<String> clients, Runnable realms) {
    this.clients = clients;
    this.realms = realms;
  }

  /**
   * Begins to watch.
   *
   * @param entities of Keycloak
   * @param clients takes the internal id of a client that was read, or whose service account was;
   *     must neither wait nor throw
   * @param realms run when a realm was read; must neither wait nor throw
   * @throws RuntimeException if Hibernate does not take listeners any more
   */
  public static void begin(
      EntityManagerFactory entities, Consumer<String> clients, Runnable realms) {
    entities
        .unwrap(SessionFactoryImplementor.class)
        .getEventEngine()
        .getListenerRegistry()
        .appendListeners(EventType.POST_LOAD, new LoadWatch(clients, realms));
  }

  @Override
  public void onPostLoad(PostLoadEvent event) {
    Object entity = event.getEntity();
    if (entity instanceof ClientEntity client) {
      clients.accept(client.getId());
    } else if (entity instanceof UserEntity user && user.getServiceAccountClientLink() != null) {
      clients.accept(user.getServiceAccountClientLink());
    } else if (entity instanceof RealmEntity) {
      realms.run();
    }
  }
}

package dev.bulwark.revocation.entities;

import dev.bulwark.revocation.rules.Ending;
import jakarta.persistence.EntityManagerFactory;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PostUpdateEvent;
import org.hibernate.event.spi.PostUpdateEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Receives every row that Hibernate updates, in the same transaction, and records which tokens end.
 * So a user whom a workflow, an importer or another extension disables loses the tokens like one
 * whom an administrator disables, although Keycloak sends no event.
 *
 * <p>It ignores removed rows, because Keycloak sends an event for each removal.
 *
 * <p>Thread-safe.
 */
public final class EntityWatch implements PostUpdateEventListener {

  private static final long serialVersionUID = 1;

  private final transient Listener listener;
  private final transient Clock clock;

  private EntityWatch(Listener listener, Clock clock) {
    this.listener = listener;
    this.clock = clock;
  }

  /** Is told of endings. */
  @FunctionalInterface
  public interface Listener {

    /**
     * A row was updated so that tokens have ended. Must not throw, and must not use the entity
     * manager, which is writing.
     *
     * @param session Hibernate's session that writes
     */
    void ended(SharedSessionContractImplementor session, List<Ending> endings);
  }

  /**
   * Begins to watch.
   *
   * @param entities of Keycloak
   * @throws RuntimeException if Hibernate does not take listeners any more
   */
  public static void begin(EntityManagerFactory entities, Listener listener, Clock clock) {
    entities
        .unwrap(SessionFactoryImplementor.class)
        .getEventEngine()
        .getListenerRegistry()
        .appendListeners(EventType.POST_UPDATE, new EntityWatch(listener, clock));
  }

  @Override
  public void onPostUpdate(PostUpdateEvent event) {
    if (!EntityEndings.isWatched(event.getEntity())) {
      return;
    }
    List<Ending> endings = EntityEndings.of(event.getEntity(), changed(event), clock.millis());
    if (!endings.isEmpty()) {
      listener.ended(event.getSession(), endings);
    }
  }

  /** The names of what has changed; empty where Hibernate does not know. */
  private static Set<String> changed(PostUpdateEvent event) {
    int @Nullable [] dirty = event.getDirtyProperties();
    Set<String> names = new HashSet<>();
    if (dirty != null) {
      String[] all = event.getPersister().getPropertyNames();
      Arrays.stream(dirty).forEach(property -> names.add(all[property]));
    }
    return names;
  }

  @Override
  public boolean requiresPostCommitHandling(EntityPersister persister) {
    return false;
  }
}

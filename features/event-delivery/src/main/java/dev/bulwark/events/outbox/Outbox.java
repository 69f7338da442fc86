package dev.bulwark.events.outbox;

import dev.bulwark.delivery.Backlog;
import dev.bulwark.delivery.RowLock;
import dev.bulwark.events.record.EventRecord;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.persistence.TypedQuery;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;

/** The events that wait, in the transaction of one session. Not for use by several threads. */
public final class Outbox {

  private final KeycloakSession session;
  private final EntityManager entities;

  public Outbox(KeycloakSession session) {
    this.session = session;
    entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
  }

  /** Stores an event. It is there when, and only when, the transaction is committed. */
  public void add(WaitingEvent event) {
    entities.persist(event);
  }

  /**
   * Takes the lock that one node at a time has, until the end of the transaction. Events have to be
   * read in another transaction, which begins after that.
   *
   * @return the row, whose changes are stored at that end; empty if another node has it
   */
  public Optional<DeliveryLock> lock() {
    return RowLock.take(entities, DeliveryLock.class, "id", DeliveryLock.ID);
  }

  /**
   * Finds what can be sent now: of each order key the earlier first. If the first event of one has
   * to wait, all of it wait, unless they leave in any order.
   *
   * @param last order key that had its turn last; null for none
   * @param now epoch milliseconds
   */
  public Due due(@Nullable String last, long now, int max) {
    RoundRobinSelector.Selection selection =
        RoundRobinSelector.select(
            (after, upTo, rows) -> rows(after, upTo, now, rows), last, now, max);
    if (selection.ids().isEmpty()) {
      return new Due(List.of(), false);
    }
    Map<Long, WaitingEvent> events =
        entities
            .createNamedQuery("bulwarkEventOfIds", WaitingEvent.class)
            .setParameter("ids", selection.ids())
            .getResultList()
            .stream()
            .collect(Collectors.toMap(WaitingEvent::getId, Function.identity()));
    return new Due(
        selection.ids().stream().flatMap(id -> Stream.ofNullable(events.get(id))).toList(),
        selection.more());
  }

  private List<RoundRobinSelector.Row> rows(
      String after, @Nullable String upTo, long now, int max) {
    TypedQuery<Object[]> query =
        upTo == null
            ? entities.createNamedQuery("bulwarkEventAfter", Object[].class)
            : entities
                .createNamedQuery("bulwarkEventBetween", Object[].class)
                .setParameter("upTo", upTo);
    return query
        .setParameter("after", after)
        .setParameter("now", now)
        .setParameter("anyOrder", "%" + EventRecord.ANY_ORDER)
        .setMaxResults(max)
        .getResultList()
        .stream()
        .map(row -> new RoundRobinSelector.Row((Long) row[0], (String) row[1], (Long) row[2]))
        .toList();
  }

  /** Finds the events from before a moment, the earlier first. */
  public List<WaitingEvent> olderThan(long before, int max) {
    return entities
        .createNamedQuery("bulwarkEventTooOld", WaitingEvent.class)
        .setParameter("before", before)
        .setMaxResults(max)
        .getResultList();
  }

  /**
   * Forgets events that the receiver has taken. Each is deleted by its key: a statement for several
   * may read the table, and MariaDB 11.6 and newer rejects it then if an event was added meanwhile
   * (innodb_snapshot_isolation). Those that were sent would be sent again.
   *
   * @param events of this session
   */
  public void delivered(Collection<WaitingEvent> events) {
    events.forEach(entities::remove);
  }

  /**
   * Lays an event aside, as one that is not tried any more. Nobody could list one of a realm that
   * is deleted: it is forgotten.
   *
   * @return whether it is a dead letter now
   */
  public boolean moveToDeadLetters(WaitingEvent event, String reason) {
    boolean kept = session.realms().getRealm(event.getRealmId()) != null;
    if (kept) {
      entities.persist(new DeadEvent(event, reason));
    }
    entities.remove(event);
    return kept;
  }

  /**
   * What waits, by three looks at an index. The number is a bound: if an event waits for long,
   * those that were stored and delivered meanwhile count too. Dead letters are not counted.
   */
  public Backlog backlog() {
    Query query = entities.createNamedQuery("bulwarkEventRange");
    Object[] range = (Object[]) query.getSingleResult();
    @Nullable Long first = (Long) range[0];
    @Nullable Long last = (Long) range[1];
    @Nullable Long oldest = (Long) range[2];
    return first == null || last == null || oldest == null
        ? Backlog.EMPTY
        : new Backlog(last - first + 1, oldest, 0);
  }

  /** Counts the events that wait. It reads an index as long as their number: not for each round. */
  public long waiting() {
    return entities.createNamedQuery("bulwarkEventCount", Long.class).getSingleResult();
  }

  /**
   * Returns the order keys that more events have than a number. It reads as much as {@link
   * #waiting}.
   */
  public Set<String> orderKeysWithMoreThan(long share) {
    return Set.copyOf(
        entities
            .createNamedQuery("bulwarkEventCrowded", String.class)
            .setParameter("share", share)
            .getResultList());
  }

  /** Returns the number of dead letters of all realms. It reads an index as long as that. */
  public long dead() {
    return entities.createNamedQuery("bulwarkDeadEventCount", Long.class).getSingleResult();
  }

  /** Returns the number of dead letters of a realm. It reads an index as long as that. */
  public long dead(String realmId) {
    return entities
        .createNamedQuery("bulwarkDeadEventCountOfRealm", Long.class)
        .setParameter("realm", realmId)
        .getSingleResult();
  }

  /** Returns the dead letters of a realm, the earlier first. */
  public List<DeadEvent> dead(String realmId, int first, int max) {
    return entities
        .createNamedQuery("bulwarkDeadEventOfRealm", DeadEvent.class)
        .setParameter("realm", realmId)
        .setFirstResult(first)
        .setMaxResults(max)
        .getResultList();
  }

  /** Returns a dead letter by the id of its event. */
  public Optional<DeadEvent> dead(String realmId, String eventId) {
    return entities
        .createNamedQuery("bulwarkDeadEventOne", DeadEvent.class)
        .setParameter("realm", realmId)
        .setParameter("event", eventId)
        .getResultStream()
        .findFirst();
  }

  /**
   * Returns dead letters of a realm, the earlier first.
   *
   * @param before epoch milliseconds; only those of events before
   */
  public List<DeadEvent> deadBefore(String realmId, long before, int max) {
    return entities
        .createNamedQuery("bulwarkDeadEventOfRealmBefore", DeadEvent.class)
        .setParameter("realm", realmId)
        .setParameter("before", before)
        .setMaxResults(max)
        .getResultList();
  }

  /** Removes a dead letter. */
  public void remove(DeadEvent event) {
    entities.remove(event);
  }

  /**
   * Removes the dead letters of a realm at once.
   *
   * @param before epoch milliseconds; only those of events before
   * @return how many
   */
  public int removeDead(String realmId, long before) {
    return entities
        .createNamedQuery("bulwarkDeadEventDelete")
        .setParameter("realm", realmId)
        .setParameter("before", before)
        .executeUpdate();
  }

  /**
   * Removes some of the oldest dead letters, each by its key as {@link #delivered}.
   *
   * @param before epoch milliseconds; only those of events before
   * @return how many
   */
  public int forgetDead(long before, int max) {
    List<DeadEvent> old =
        entities
            .createNamedQuery("bulwarkDeadEventTooOld", DeadEvent.class)
            .setParameter("before", before)
            .setMaxResults(max)
            .getResultList();
    old.forEach(entities::remove);
    return old.size();
  }

  /**
   * What can be sent now.
   *
   * @param events of the same order key, the earlier first
   * @param more whether there are further ones
   */
  public record Due(List<WaitingEvent> events, boolean more) {}
}

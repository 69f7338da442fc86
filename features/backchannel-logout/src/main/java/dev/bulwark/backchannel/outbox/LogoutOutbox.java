package dev.bulwark.backchannel.outbox;

import dev.bulwark.delivery.Backlog;
import dev.bulwark.delivery.ReceiverRow;
import dev.bulwark.delivery.RowLock;
import jakarta.persistence.EntityManager;
import jakarta.persistence.FlushModeType;
import jakarta.persistence.Query;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;

/** The notices, in the transaction of one session. Not for use by several threads. */
public final class LogoutOutbox {

  /**
   * The client's attribute is that of {@code OIDCConfigAttributes.BACKCHANNEL_LOGOUT_URL}. Keycloak
   * does not use the URL where the client has front-channel logout.
   */
  private static final String INSERT =
      "insert into LogoutNotice (realmId, clientId, sessionId, userId, offline, cause, createdAt,"
          + " revivedAt, lastUsed, nextAt, attempts, state, sessionData)"
          + " select us.realmId, cs.clientId, cs.userSessionId, us.userId, cs.offline, '%s', :now,"
          + " 0L, cs.timestamp, :due, 0, 'WAITING', cs.data"
          + " from PersistentClientSessionEntity cs"
          + " join PersistentUserSessionEntity us"
          + " on us.userSessionId = cs.userSessionId and us.offline = cs.offline"
          + " join ClientEntity c on c.id = cs.clientId and c.frontchannelLogout = false"
          + " join ClientAttributeEntity a"
          + " on a.client.id = c.id and a.name = 'backchannel.logout.url'"
          + " where ";

  private final EntityManager entities;

  public LogoutOutbox(KeycloakSession session) {
    entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
  }

  /** Stores a notice. It is there when, and only when, the transaction is committed. */
  public void add(LogoutNotice notice) {
    entities.persist(notice);
  }

  /**
   * Stores a notice for each stored client session of some user sessions whose client has a
   * back-channel logout URL, and no front-channel logout. Keycloak's entities that wait for their
   * flush are left alone.
   *
   * @param condition on {@code us} (the user session) and {@code cs} (the client session), HQL
   * @param parameters of the condition
   * @param now epoch milliseconds
   * @param due when they can be sent, epoch milliseconds
   * @return how many
   */
  public int addAll(
      Cause cause, String condition, Map<String, Object> parameters, long now, long due) {
    Query insert =
        entities
            .createQuery(INSERT.formatted(cause.name()) + condition)
            .setFlushMode(FlushModeType.COMMIT)
            .setParameter("now", now)
            .setParameter("due", due);
    parameters.forEach(insert::setParameter);
    return insert.executeUpdate();
  }

  /**
   * Takes the lock that one node at a time has for a search, until the end of the transaction.
   *
   * @return false if another node has it
   */
  public boolean lockSearch() {
    return RowLock.take(entities, SearchLock.class, "id", SearchLock.ID).isPresent();
  }

  /** Returns the ids of the realms that have an attribute, whatever its value. */
  public List<String> realmsWith(String attribute) {
    return entities
        .createQuery(
            "select a.realm.id from RealmAttributeEntity a where a.name = :name", String.class)
        .setParameter("name", attribute)
        .getResultList();
  }

  /**
   * Returns those of some notices that tell of no end: the user session is still stored, or the
   * client has the other session of its id, online or offline.
   */
  public List<LogoutNotice> live(List<LogoutNotice> notices) {
    return notices.isEmpty()
        ? List.of()
        : entities
            .createNamedQuery("bulwarkNoticeLive", LogoutNotice.class)
            .setParameter("ids", notices.stream().map(LogoutNotice::getId).toList())
            .getResultList();
  }

  /** A time that is so far ahead that nothing can have to wait until then. */
  static long latestDue(long now) {
    return now + ReceiverRow.MAX_PAUSE.toMillis();
  }

  /** Returns the notices of a client that can be sent now, those first that wait the longest. */
  public List<LogoutNotice> due(String clientId, long now, int max) {
    return due("bulwarkNoticeDue", clientId, now, max);
  }

  /** Returns the notices of a client that can be sent now, those first that were made last. */
  public List<LogoutNotice> newest(String clientId, long now, int max) {
    return due("bulwarkNoticeNewest", clientId, now, max);
  }

  private List<LogoutNotice> due(String query, String clientId, long now, int max) {
    return entities
        .createNamedQuery(query, LogoutNotice.class)
        .setParameter("client", clientId)
        .setParameter("now", now)
        .setParameter("latestDue", latestDue(now))
        .setMaxResults(max)
        .getResultList();
  }

  /**
   * Returns the waiting notices of a client that have been tried for too long.
   *
   * @param before those that are tried since before then, epoch milliseconds
   */
  public List<LogoutNotice> old(String clientId, long before, int max) {
    return entities
        .createNamedQuery("bulwarkNoticeOld", LogoutNotice.class)
        .setParameter("client", clientId)
        .setParameter("before", before)
        .setMaxResults(max)
        .getResultList();
  }

  /** Returns all notices of some sessions for a client, delivered ones too. */
  public List<LogoutNotice> ofSessions(String clientId, Set<String> sessions) {
    return entities
        .createNamedQuery("bulwarkNoticeOfSessions", LogoutNotice.class)
        .setParameter("client", clientId)
        .setParameter("sessions", sessions)
        .getResultList();
  }

  /** Forgets a notice. Each is deleted by its key, so MariaDB finds no conflict with an insert. */
  public void remove(LogoutNotice notice) {
    entities.remove(notice);
  }

  /** Forgets a receiver that is gone and some of its notices; returns how many. */
  public int removeSome(LogoutReceiver receiver, int max) {
    return removeSome("bulwarkNoticeOfClient", receiver, max);
  }

  /**
   * Forgets a receiver that is not notified at present and some of its notices that wait; returns
   * how many. Its dead letters stay, and so do the marks of what was delivered.
   */
  public int removeSomeWaiting(LogoutReceiver receiver, int max) {
    return removeSome("bulwarkNoticeWaitingOfClient", receiver, max);
  }

  private int removeSome(String query, LogoutReceiver receiver, int max) {
    List<LogoutNotice> some =
        entities
            .createNamedQuery(query, LogoutNotice.class)
            .setParameter("client", receiver.getClientId())
            .setMaxResults(max)
            .getResultList();
    some.forEach(entities::remove);
    if (some.size() < max) {
      entities.remove(receiver);
    }
    return some.size();
  }

  /**
   * Forgets delivered notices whose session Keycloak has removed too, and of which no second one
   * waits.
   *
   * @param before those that were delivered before then, epoch milliseconds
   */
  public void sweep(long before, int max) {
    entities
        .createNamedQuery("bulwarkNoticeSettled", LogoutNotice.class)
        .setParameter("before", before)
        .setMaxResults(max)
        .getResultList()
        .forEach(entities::remove);
  }

  /** Forgets dead letters of deleted realms: nobody can list them or send them again. */
  public void sweepWithoutRealm(int max) {
    entities
        .createNamedQuery("bulwarkNoticeWithoutRealm", LogoutNotice.class)
        .setMaxResults(max)
        .getResultList()
        .forEach(entities::remove);
  }

  /** Returns what waits. */
  public Backlog backlog() {
    Object[] row = (Object[]) entities.createNamedQuery("bulwarkNoticeWaiting").getSingleResult();
    @Nullable Long oldest = (Long) row[1];
    long dead = entities.createNamedQuery("bulwarkNoticeDeadCount", Long.class).getSingleResult();
    return new Backlog((Long) row[0], oldest == null ? 0 : oldest, dead);
  }

  /** Returns the number of dead letters of a realm. It reads an index as long as that. */
  public long dead(String realmId) {
    return entities
        .createNamedQuery("bulwarkNoticeDeadCountOfRealm", Long.class)
        .setParameter("realm", realmId)
        .getSingleResult();
  }

  /** Returns the dead letters of a realm, the earlier first. */
  public List<LogoutNotice> dead(String realmId, int first, int max) {
    return entities
        .createNamedQuery("bulwarkNoticeDeadOfRealm", LogoutNotice.class)
        .setParameter("realm", realmId)
        .setFirstResult(first)
        .setMaxResults(max)
        .getResultList();
  }

  /** Returns a dead letter. */
  public Optional<LogoutNotice> dead(String realmId, long id) {
    return entities
        .createNamedQuery("bulwarkNoticeDeadOne", LogoutNotice.class)
        .setParameter("realm", realmId)
        .setParameter("id", id)
        .getResultStream()
        .findFirst();
  }
}

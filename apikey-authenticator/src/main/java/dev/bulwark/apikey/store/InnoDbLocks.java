package dev.bulwark.apikey.store;

import dev.bulwark.apikey.key.OwnerType;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.OptimisticLockException;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.hibernate.dialect.MySQLDialect;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Locks owners of keys where the database is MySQL or MariaDB. Keycloak leaves their isolation
 * level as it is, REPEATABLE READ, and InnoDB then locks what is absent as well: a locking read of
 * an owner that has no row yet keeps everybody from adding it, the own second transaction too, and
 * locking reads of two owners without keys keep each other's first key out (a deadlock). So the
 * owner is added and locked by one statement, and rows are looked up in a fresh transaction and
 * locked one by one. MariaDB 11.6.2 and newer refuse to lock a row that has changed since the
 * transaction began (innodb_snapshot_isolation).
 */
final class InnoDbLocks {

  /** ER_CHECKREAD, ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK. */
  private static final Set<Integer> CONFLICTS = Set.of(1020, 1205, 1213);

  /** Session attribute: ids of keys made in this session, which no other transaction sees yet. */
  private static final String MADE = "bulwark.api-key.made";

  private final KeycloakSession session;
  private final EntityManager em;

  InnoDbLocks(KeycloakSession session, EntityManager em) {
    this.session = session;
    this.em = em;
  }

  /** Whether the database is MySQL or MariaDB. */
  static boolean areUsedBy(EntityManager em) {
    return em.getEntityManagerFactory()
            .unwrap(SessionFactoryImplementor.class)
            .getJdbcServices()
            .getDialect()
        instanceof MySQLDialect;
  }

  /**
   * Locks an owner until the transaction ends.
   *
   * @param id of its row
   * @return its keys, in the order in which they are locked
   */
  List<ApiKeyEntity> lock(String id, String realmId, OwnerType type, String ownerId) {
    em.createNativeQuery(
            "INSERT INTO BULWARK_API_KEY_OWNER (ID) VALUES (?1) ON DUPLICATE KEY UPDATE ID = ID")
        .setParameter(1, id)
        .executeUpdate();
    // This transaction sees the keys as they were when it began, and another one those that are
    // committed: without those of an import of which this key is a part.
    Set<String> ids = new TreeSet<>(keysNow(realmId, type, ownerId));
    made().stream()
        .map(key -> em.find(ApiKeyEntity.class, key))
        .filter(Objects::nonNull)
        .filter(
            row ->
                row.getRealmId().equals(realmId)
                    && row.getOwnerType().equals(type.id())
                    && row.getOwnerId().equals(ownerId))
        .forEach(row -> ids.add(row.getId()));
    return lock(ids.stream());
  }

  /** Notes a key that this session makes. */
  void note(String key) {
    Set<String> made = new HashSet<>(made());
    made.add(key);
    session.setAttribute(MADE, made);
  }

  @SuppressWarnings("unchecked")
  private Set<String> made() {
    Set<String> made = session.getAttribute(MADE, Set.class);
    return made == null ? Set.of() : made;
  }

  /**
   * Locks keys until the transaction ends, one by one: for a list of ids InnoDB may read the whole
   * table, and locks what it reads.
   *
   * @return those that exist
   */
  List<ApiKeyEntity> lock(Stream<String> ids) {
    return ids.map(key -> em.find(ApiKeyEntity.class, key, LockModeType.PESSIMISTIC_WRITE))
        .filter(Objects::nonNull)
        .toList();
  }

  private List<String> keysNow(String realmId, OwnerType type, String ownerId) {
    return inOtherTransaction(
        session,
        other ->
            other
                .createNamedQuery("bulwarkApiKeyIdsOfOwner", String.class)
                .setParameter("realm", realmId)
                .setParameter("type", type.id())
                .setParameter("owner", ownerId)
                .getResultList());
  }

  /** Reads what is committed now. */
  static <T> T inOtherTransaction(KeycloakSession session, Function<EntityManager, T> read) {
    return KeycloakModelUtils.runJobInTransactionWithResult(
        session.getKeycloakSessionFactory(),
        other -> read.apply(other.getProvider(JpaConnectionProvider.class).getEntityManager()));
  }

  /** Whether another transaction was first: the same request can succeed now. */
  static boolean isConflict(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 20; depth++) {
      if (cause instanceof OptimisticLockException
          || (cause instanceof SQLException sql && CONFLICTS.contains(sql.getErrorCode()))) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}

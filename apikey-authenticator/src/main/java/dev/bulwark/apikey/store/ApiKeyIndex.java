package dev.bulwark.apikey.store;

import dev.bulwark.apikey.key.OwnerType;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Query;
import jakarta.persistence.TypedQuery;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.utils.KeycloakModelUtils;

/** Queries on the index table, in the transaction of one session. */
public final class ApiKeyIndex {

  /** Rows that are locked by one statement. */
  private static final int PAGE = 1_000;

  private static final String ADD_USAGE =
      "UPDATE BULWARK_API_KEY SET REQUEST_COUNT = REQUEST_COUNT + ?,"
          + " LAST_USED_AT = CASE WHEN LAST_USED_AT IS NULL OR LAST_USED_AT < ?"
          + " THEN ? ELSE LAST_USED_AT END WHERE ID = ?";

  private final KeycloakSession session;

  public ApiKeyIndex(KeycloakSession session) {
    this.session = session;
  }

  private EntityManager em() {
    return session.getProvider(JpaConnectionProvider.class).getEntityManager();
  }

  /** The row of a hash: one read of a unique index. */
  public Optional<ApiKeyEntity> byHash(String realmId, String hash) {
    return em().createNamedQuery("bulwarkApiKeyByHash", ApiKeyEntity.class)
        .setParameter("realm", realmId)
        .setParameter("hash", hash)
        .getResultStream()
        .findFirst();
  }

  /** The row of a key id in a realm. */
  public Optional<ApiKeyEntity> byId(String realmId, String id) {
    return byId(id).filter(row -> row.getRealmId().equals(realmId));
  }

  /** The row of a key id in any realm: it is the primary key. */
  public Optional<ApiKeyEntity> byId(String id) {
    // An id of a request may be any text, and PostgreSQL rejects a query with NUL.
    return id.length() <= ApiKeyEntity.MAX_ID && id.indexOf('\0') < 0
        ? Optional.ofNullable(em().find(ApiKeyEntity.class, id))
        : Optional.empty();
  }

  /** Whether any realm has a key of this id. */
  public boolean isTaken(String id) {
    return byId(id).isPresent();
  }

  /** The rows of an owner, oldest first. */
  public List<ApiKeyEntity> ofOwner(String realmId, OwnerType type, String ownerId) {
    return ofOwnerQuery("bulwarkApiKeyByOwner", realmId, type, ownerId).getResultList();
  }

  /**
   * Ids of rotated keys whose overlap is over, of all realms; those first whose overlap ended
   * first.
   *
   * @param now epoch milliseconds
   * @param first rows to pass over
   */
  public List<String> replaced(long now, int first, int max) {
    return em().createNamedQuery("bulwarkApiKeyReplaced", String.class)
        .setParameter("now", now)
        .setFirstResult(first)
        .setMaxResults(max)
        .getResultList();
  }

  /**
   * Ids of keys of users that end soon and of whose end nobody was told, of all realms; those first
   * that end first. A key whose whole life is shorter than the notice is not among them.
   *
   * @param now epoch milliseconds
   * @param notice how long before their end, in milliseconds
   * @param first rows to pass over
   */
  public List<String> ending(long now, long notice, int first, int max) {
    return em().createNamedQuery("bulwarkApiKeyEnding", String.class)
        .setParameter("now", now)
        .setParameter("until", now + notice)
        .setParameter("life", notice)
        .setFirstResult(first)
        .setMaxResults(max)
        .getResultList();
  }

  /** Notes that the owner is told of this end; true for one of several nodes. */
  public boolean notice(String id, long end) {
    return em().createNativeQuery(
                "UPDATE BULWARK_API_KEY SET NOTICED_END = ?1 WHERE ID = ?2 AND ENDS_AT = ?1"
                    + " AND (NOTICED_END IS NULL OR NOTICED_END <> ?1)")
            .setParameter(1, end)
            .setParameter(2, id)
            .executeUpdate()
        == 1;
  }

  /**
   * Replaces the networks of a key, where they are still those that were read.
   *
   * @return false where another node was first, or the key is gone
   */
  public boolean networks(String id, @Nullable String before, String after) {
    String same = before == null ? "NETWORKS IS NULL" : "NETWORKS = ?3";
    Query update =
        em().createNativeQuery("UPDATE BULWARK_API_KEY SET NETWORKS = ?1 WHERE ID = ?2 AND " + same)
            .setParameter(1, after)
            .setParameter(2, id);
    if (before != null) {
      update.setParameter(3, before);
    }
    return update.executeUpdate() == 1;
  }

  /**
   * Rows of users' keys in the order of their ids.
   *
   * @param realmId null for all realms
   * @param after the id to begin behind; empty for the first
   */
  public List<ApiKeyEntity> ofUsers(@Nullable String realmId, String after, int max) {
    TypedQuery<ApiKeyEntity> query;
    if (realmId == null) {
      query = em().createNamedQuery("bulwarkApiKeyOfUsersAfter", ApiKeyEntity.class);
    } else {
      query =
          em().createNamedQuery("bulwarkApiKeyOfUsersOfRealmAfter", ApiKeyEntity.class)
              .setParameter("realm", realmId);
    }
    return query.setParameter("after", after).setMaxResults(max).getResultList();
  }

  /**
   * Adds a row and sends it to the database, so that a hash used twice fails here.
   *
   * @throws ModelDuplicateException when the realm has the hash already
   */
  public void insert(ApiKeyEntity row) {
    if (byHash(row.getRealmId(), row.getHash()).isPresent()) {
      throw new ModelDuplicateException("An API key with this hash exists already", "hash");
    }
    em().persist(row);
    em().flush();
    if (InnoDbLocks.areUsedBy(em())) {
      new InnoDbLocks(session, em()).note(row.getId());
    }
  }

  /**
   * Reads a row again under lock; empty when another transaction has removed it.
   *
   * @param row a row of this session, which has another one for the key from now on
   */
  public Optional<ApiKeyEntity> lock(ApiKeyEntity row) {
    forget(row);
    return Optional.ofNullable(
        em().find(ApiKeyEntity.class, row.getId(), LockModeType.PESSIMISTIC_WRITE));
  }

  /**
   * Makes this session read a row from the database at the next lock of it. Otherwise it would keep
   * the state that it has read before the lock. A refresh does not help on MySQL and MariaDB: there
   * it reads the state at the beginning of the transaction, even of a row that is locked.
   */
  public void forget(ApiKeyEntity row) {
    em().detach(row);
  }

  /**
   * Makes a change of the keys of an owner. On MySQL and MariaDB it is sent to the database at
   * once: a conflict with another transaction is found here, and not at the commit.
   *
   * @throws LockConflictException if another transaction was first, and this one has to be repeated
   *     (MySQL and MariaDB)
   */
  public <T> T changed(Supplier<T> change) {
    if (!InnoDbLocks.areUsedBy(em())) {
      return change.get();
    }
    try {
      T done = change.get();
      flush();
      return done;
    } catch (RuntimeException e) {
      if (InnoDbLocks.isConflict(e)) {
        // What is not written is not to be written at the commit, if the session goes on.
        em().clear();
        throw new LockConflictException(e);
      }
      throw e;
    }
  }

  /** Keys that are there twice are found before: here it is an attribute of the client. */
  private void flush() {
    try {
      em().flush();
    } catch (ModelDuplicateException e) {
      em().clear();
      throw new LockConflictException(e);
    }
  }

  public void remove(ApiKeyEntity row) {
    em().remove(row);
    em().flush();
  }

  /** Removes all keys of an owner. */
  public void removeOwner(String realmId, OwnerType type, String ownerId) {
    List<ApiKeyEntity> keys =
        lockInOrder(ofOwnerQuery("bulwarkApiKeyByOwnerToLock", realmId, type, ownerId));
    keys.forEach(em()::detach);
    em().createNamedQuery("bulwarkApiKeyDeleteOwner")
        .setParameter("realm", realmId)
        .setParameter("type", type.id())
        .setParameter("owner", ownerId)
        .executeUpdate();
  }

  /** Removes all keys of a realm. */
  public void removeRealm(String realmId) {
    String after = "";
    List<ApiKeyEntity> keys;
    do {
      keys =
          lockInOrder(
              em().createNamedQuery("bulwarkApiKeyOfRealmAfter", ApiKeyEntity.class)
                  .setParameter("realm", realmId)
                  .setParameter("after", after)
                  .setMaxResults(PAGE));
      // There may be many: they are locked in the database, and needed here no more.
      keys.forEach(em()::detach);
      after = keys.isEmpty() ? after : keys.get(keys.size() - 1).getId();
    } while (!keys.isEmpty());
    em().createNamedQuery("bulwarkApiKeyDeleteRealm")
        .setParameter("realm", realmId)
        .executeUpdate();
  }

  /**
   * Locks the rows of a query, in the order of {@link #addUsage}: else a deletion of many rows and
   * that would wait for each other, and the database would end one of them.
   *
   * @param query ordered by id
   */
  private List<ApiKeyEntity> lockInOrder(TypedQuery<ApiKeyEntity> query) {
    if (InnoDbLocks.areUsedBy(em())) {
      List<ApiKeyEntity> read = query.getResultList();
      // A lock reads a row that is not in the session.
      read.forEach(em()::detach);
      return new InnoDbLocks(session, em()).lock(read.stream().map(ApiKeyEntity::getId));
    }
    return query.setLockMode(LockModeType.PESSIMISTIC_WRITE).getResultList();
  }

  /**
   * Locks an owner until the transaction ends and returns its rows as they are in the database now,
   * except those that this session has read before and not forgotten.
   */
  public List<ApiKeyEntity> lockOwner(String realmId, OwnerType type, String ownerId) {
    String name = type.id() + ':' + ownerId;
    // Owners whose very long ids are alike share a lock, which is harmless.
    String id = name.substring(0, Math.min(name.length(), ApiKeyOwnerEntity.MAX_ID));
    if (InnoDbLocks.areUsedBy(em())) {
      return new InnoDbLocks(session, em()).lock(id, realmId, type, ownerId);
    }
    if (em().find(ApiKeyOwnerEntity.class, id, LockModeType.PESSIMISTIC_WRITE) == null) {
      addOwner(id);
      em().find(ApiKeyOwnerEntity.class, id, LockModeType.PESSIMISTIC_WRITE);
    }
    return lockInOrder(ofOwnerQuery("bulwarkApiKeyByOwnerToLock", realmId, type, ownerId));
  }

  /** In a transaction of its own: whoever loses the race to add the row finds it committed. */
  private void addOwner(String id) {
    try {
      KeycloakModelUtils.runJobInTransaction(
          session.getKeycloakSessionFactory(),
          other -> {
            ApiKeyOwnerEntity owner = new ApiKeyOwnerEntity();
            owner.setId(id);
            EntityManager em = other.getProvider(JpaConnectionProvider.class).getEntityManager();
            em.persist(owner);
            em.flush();
          });
    } catch (ModelDuplicateException e) {
      // Another request added it first, which is all that was wanted.
      return;
    }
  }

  private TypedQuery<ApiKeyEntity> ofOwnerQuery(
      String name, String realmId, OwnerType type, String ownerId) {
    return em().createNamedQuery(name, ApiKeyEntity.class)
        .setParameter("realm", realmId)
        .setParameter("type", type.id())
        .setParameter("owner", ownerId);
  }

  /**
   * Adds usage to rows. Rows are written in the order of their ids, so that nodes that flush at
   * once cannot block each other in a circle. All go to the database together: one by one, the
   * requests of that time would wait for this thread and for the database.
   *
   * @param usage by key id, sorted
   */
  public void addUsage(Map<String, Usage> usage) {
    em().unwrap(Session.class).doWork(connection -> addUsage(connection, usage));
  }

  private static void addUsage(Connection connection, Map<String, Usage> usage)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(ADD_USAGE)) {
      for (Map.Entry<String, Usage> row : usage.entrySet()) {
        update.setLong(1, row.getValue().count());
        update.setLong(2, row.getValue().last());
        update.setLong(3, row.getValue().last());
        update.setString(4, row.getKey());
        update.addBatch();
      }
      update.executeBatch();
    }
  }

  /**
   * Requests of one key since the last flush.
   *
   * @param count how many
   * @param last epoch milliseconds of the latest
   */
  public record Usage(long count, long last) {}
}

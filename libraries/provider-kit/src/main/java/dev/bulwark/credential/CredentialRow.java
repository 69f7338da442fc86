package dev.bulwark.credential;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.models.jpa.entities.CredentialEntity;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.storage.StorageId;
import org.keycloak.storage.jpa.entity.FederatedUserCredentialEntity;

/**
 * A stored credential as the database has it now. What {@code credentialManager()} returns may come
 * from a cache, and Hibernate returns a row that its session has read before as it was then.
 */
public final class CredentialRow {

  private static final String COLUMN_SALT = "__SALT__";

  private CredentialRow() {}

  /**
   * Locks a credential until the transaction of the session ends, and reads it. Changes are still
   * written by {@code credentialManager()}, which removes the user from the caches.
   *
   * @param id of the credential
   * @return empty where the user has no such credential any more
   */
  public static Optional<CredentialModel> lock(KeycloakSession session, UserModel user, String id) {
    return find(em(session), user.getId(), id, true);
  }

  /**
   * Reads a credential as it is committed, without a lock and in a transaction of its own: that of
   * the session may see the database as it was when it began (MySQL and MariaDB).
   *
   * @param id of the credential
   * @return empty where the user has no such credential any more
   */
  public static Optional<CredentialModel> committed(
      KeycloakSession session, UserModel user, String id) {
    String userId = user.getId();
    return KeycloakModelUtils.runJobInTransactionWithResult(
        session.getKeycloakSessionFactory(), other -> find(em(other), userId, id, false));
  }

  private static EntityManager em(KeycloakSession session) {
    return session.getProvider(JpaConnectionProvider.class).getEntityManager();
  }

  /** Keycloak stores the credentials of users that it does not store itself in another table. */
  private static Optional<CredentialModel> find(
      EntityManager em, String userId, String id, boolean lock) {
    if (StorageId.isLocalStorage(userId)) {
      return row(em, CredentialEntity.class, id, lock)
          .filter(row -> row.getUser().getId().equals(userId))
          .map(row -> model(row));
    }
    return row(em, FederatedUserCredentialEntity.class, id, lock)
        .filter(row -> row.getUserId().equals(userId))
        .map(row -> model(row));
  }

  /** Empty as well where another transaction has removed the row. */
  private static <T> Optional<T> row(EntityManager em, Class<T> table, String id, boolean lock) {
    if (!lock) {
      return Optional.ofNullable(em.find(table, id));
    }
    // A query, since a refresh of a row that is gone has JPA roll the transaction back. It selects
    // the id alone: Hibernate rejects a row of which its session holds an older version.
    List<String> locked =
        em.createQuery(
                "SELECT c.id FROM " + table.getSimpleName() + " c WHERE c.id = :id", String.class)
            .setParameter("id", id)
            .setLockMode(LockModeType.PESSIMISTIC_WRITE)
            .getResultList();
    if (locked.isEmpty()) {
      return Optional.empty();
    }
    // What the session holds may be older than the lock. With the lock again, since MariaDB reads
    // without one what the transaction has seen at its begin.
    @Nullable T held = em.find(table, id);
    if (held == null) {
      return Optional.ofNullable(em.find(table, id, LockModeType.PESSIMISTIC_WRITE));
    }
    em.refresh(held, LockModeType.PESSIMISTIC_WRITE);
    return Optional.of(held);
  }

  @SuppressWarnings("deprecation") // the column is read while there are such rows
  private static CredentialModel model(CredentialEntity row) {
    CredentialModel model = new CredentialModel();
    model.setId(row.getId());
    model.setType(row.getType());
    model.setUserLabel(row.getUserLabel());
    model.setCreatedDate(row.getCreatedDate());
    model.setCredentialData(row.getCredentialData());
    model.setSecretData(withSalt(row.getSecretData(), row.getSalt()));
    return model;
  }

  @SuppressWarnings("deprecation") // as above
  private static CredentialModel model(FederatedUserCredentialEntity row) {
    CredentialModel model = new CredentialModel();
    model.setId(row.getId());
    model.setType(row.getType());
    model.setUserLabel(row.getUserLabel());
    model.setCreatedDate(row.getCreatedDate());
    model.setCredentialData(row.getCredentialData());
    model.setSecretData(withSalt(row.getSecretData(), row.getSalt()));
    return model;
  }

  /**
   * The secret data as Keycloak reads it. A row that a Keycloak before version 8 has written has
   * the salt in a column of its own.
   */
  private static String withSalt(String secretData, byte @Nullable [] salt) {
    return salt == null
        ? secretData
        : secretData.replace(COLUMN_SALT, Base64.getEncoder().encodeToString(salt));
  }
}

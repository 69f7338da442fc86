package dev.bulwark.apikey.store;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Tuple;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.jpa.entities.CredentialEntity;
import org.keycloak.storage.jpa.entity.FederatedUserCredentialEntity;

/** Keycloak's own tables with the credentials of users, read past the providers. */
public final class StoredCredentials {

  private static final String TYPE = "api-key";

  private final KeycloakSession session;

  public StoredCredentials(KeycloakSession session) {
    this.session = session;
  }

  /** Where Keycloak keeps a credential. */
  public enum Place {
    /** Of users in Keycloak's database. */
    LOCAL(
        "select c.id as id, c.user.id as owner, c.secretData as secret, c.credentialData as data,"
            + " c.createdDate as created from CredentialEntity c where c.type = :type"
            + " and c.user.realmId = :realm and c.id > :after order by c.id",
        "select c.id from CredentialEntity c where c.type = :type and c.id in :ids",
        CredentialEntity.class),
    /** Of users of a user federation. */
    FEDERATED(
        "select c.id as id, c.userId as owner, c.secretData as secret, c.credentialData as data,"
            + " c.createdDate as created from FederatedUserCredentialEntity c"
            + " where c.type = :type and c.realmId = :realm and c.id > :after order by c.id",
        "select c.id from FederatedUserCredentialEntity c where c.type = :type and c.id in :ids",
        FederatedUserCredentialEntity.class);

    private final String page;
    private final String existing;
    private final Class<?> entity;

    Place(String page, String existing, Class<?> entity) {
      this.page = page;
      this.existing = existing;
      this.entity = entity;
    }
  }

  /**
   * A credential of the type {@code api-key}.
   *
   * @param secretData JSON with the hash, null in a broken one
   * @param credentialData JSON, null in a broken one
   * @param createdDate epoch milliseconds, null if unknown
   */
  public record Row(
      String id,
      String userId,
      @Nullable String secretData,
      @Nullable String credentialData,
      @Nullable Long createdDate) {

    @Override
    public String toString() {
      return "Row[" + id + "]";
    }
  }

  /**
   * Credentials of a realm in the order of their ids.
   *
   * @param after the id to begin behind; empty for the first
   */
  public List<Row> page(Place place, String realmId, String after, int max) {
    return em().createQuery(place.page, Tuple.class)
        .setParameter("type", TYPE)
        .setParameter("realm", realmId)
        .setParameter("after", after)
        .setMaxResults(max)
        .getResultStream()
        .map(
            row ->
                new Row(
                    row.get("id", String.class),
                    row.get("owner", String.class),
                    row.get("secret", String.class),
                    row.get("data", String.class),
                    row.get("created", Long.class)))
        .toList();
  }

  /** Those of the ids that a credential has, wherever it is kept. */
  public Set<String> existing(Collection<String> ids) {
    return existing(em(), ids);
  }

  /**
   * Those of the ids that a credential has now. On MySQL and MariaDB the transaction of this
   * session sees the credentials that there were when it began, and those that it has made itself.
   */
  public Set<String> existingNow(Collection<String> ids) {
    Set<String> found = existing(em(), ids);
    if (found.size() < ids.size() && InnoDbLocks.areUsedBy(em())) {
      found.addAll(InnoDbLocks.inOtherTransaction(session, other -> existing(other, ids)));
    }
    return found;
  }

  private static Set<String> existing(EntityManager em, Collection<String> ids) {
    Set<String> found = new HashSet<>();
    if (!ids.isEmpty()) {
      for (Place place : Place.values()) {
        found.addAll(
            em.createQuery(place.existing, String.class)
                .setParameter("type", TYPE)
                .setParameter("ids", ids)
                .getResultList());
      }
    }
    return found;
  }

  /**
   * Makes this session have a credential as it is in the database now. On MySQL and MariaDB only a
   * locking read returns that, and not the state at the beginning of the transaction. Call it under
   * the lock of the owner, before the credential is changed.
   */
  public void readAgain(Place place, String id) {
    EntityManager em = em();
    if (!InnoDbLocks.areUsedBy(em)) {
      return;
    }
    Object earlier = em.find(place.entity, id);
    if (earlier != null) {
      em.detach(earlier);
    }
    em.find(place.entity, id, LockModeType.PESSIMISTIC_WRITE);
  }

  /**
   * Does the same for all credentials of a user of a user federation, whatever their type. Keycloak
   * writes them anew when it removes one of them, and nothing in them tells that they are old: it
   * would undo a change of another one. Call it before a credential is removed.
   */
  public void readAllAgain(String userId) {
    EntityManager em = em();
    if (!InnoDbLocks.areUsedBy(em)) {
      return;
    }
    // What this session has changed is not to be lost.
    em.flush();
    em.createQuery(
            "select c.id from FederatedUserCredentialEntity c where c.userId = :user order by c.id",
            String.class)
        .setParameter("user", userId)
        .getResultList()
        .forEach(id -> readAgain(Place.FEDERATED, id));
  }

  private EntityManager em() {
    return session.getProvider(JpaConnectionProvider.class).getEntityManager();
  }
}

package dev.bulwark.apikey.upkeep;

import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.apikey.credential.ImportedKeys;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import dev.bulwark.apikey.store.StoredCredentials;
import dev.bulwark.apikey.store.StoredCredentials.Place;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;

/**
 * Updates the index of users' keys from their credentials, in the transaction of one session.
 * Imports of federated users and direct changes of the database bypass the credential provider;
 * Keycloak's own deletion of a credential leaves its row.
 */
public final class IndexRepair {

  /** A row this young may be ahead of its credential. */
  private static final long CACHE_GRACE_MILLIS = Duration.ofMinutes(5).toMillis();

  private final KeycloakSession session;
  private final ApiKeyIndex index;
  private final StoredCredentials credentials;

  public IndexRepair(KeycloakSession session) {
    this.session = session;
    this.index = new ApiKeyIndex(session);
    this.credentials = new StoredCredentials(session);
  }

  /** What was done with a credential. */
  public enum Outcome {
    /** Its row was right. */
    RIGHT,
    /** It had no row and has one now. */
    ADDED,
    /** Its row said something else. */
    CORRECTED,
    /** Another key of the realm has the same hash: it keeps it, and this one stays unknown. */
    CONFLICT,
    /** It cannot be read, so it has no row. */
    UNREADABLE
  }

  /** Credentials of a realm in the order of their ids. */
  public List<StoredCredentials.Row> page(Place place, String realmId, String after, int max) {
    return credentials.page(place, realmId, after, max);
  }

  /** Makes the row of a credential what it should be. */
  public Outcome repair(String realmId, StoredCredentials.Row stored) {
    ApiKeyEntity wanted;
    try {
      wanted = row(realmId, stored);
    } catch (ModelException e) {
      return Outcome.UNREADABLE;
    }
    Optional<ApiKeyEntity> present = index.byId(realmId, stored.id());
    if (present.isPresent()) {
      return correct(present.get(), wanted);
    }
    Optional<ApiKeyEntity> other = index.byHash(realmId, wanted.getHash());
    if (other.isPresent()) {
      if (isBacked(other.get())) {
        return Outcome.CONFLICT;
      }
      index.remove(other.get());
    }
    if (index.isTaken(stored.id())) {
      return Outcome.CONFLICT;
    }
    index.insert(wanted);
    noteImported(realmId, stored);
    return Outcome.ADDED;
  }

  private void noteImported(String realmId, StoredCredentials.Row stored) {
    RealmModel realm = session.realms().getRealm(realmId);
    if (realm != null) {
      ImportedKeys.note(realm, ApiKeyCredentialModel.readData(stored.credentialData()));
    }
  }

  private static ApiKeyEntity row(String realmId, StoredCredentials.Row stored) {
    CredentialModel credential = new CredentialModel();
    credential.setId(stored.id());
    credential.setSecretData(stored.secretData());
    credential.setCredentialData(stored.credentialData());
    ApiKeyCredentialModel model = ApiKeyCredentialModel.of(credential);
    ApiKeyEntity row = new ApiKeyEntity();
    row.setId(stored.id());
    row.setRealmId(realmId);
    row.setHash(model.hash());
    row.setOwnerType(OwnerType.USER.id());
    row.setOwnerId(stored.userId());
    Long created = stored.createdDate();
    row.setCreatedAt(created == null ? Time.currentTimeMillis() : created);
    row.setEndsAt(model.data().end());
    row.setRetired(model.data().isRotated());
    row.setUsage(ApiKeyCredentialModel.readUsage(stored.credentialData()));
    return row;
  }

  private Outcome correct(ApiKeyEntity row, ApiKeyEntity wanted) {
    boolean right =
        row.getHash().equals(wanted.getHash())
            && row.getOwnerId().equals(wanted.getOwnerId())
            && row.getOwnerType().equals(wanted.getOwnerType())
            && row.isRetired() == wanted.isRetired()
            && Objects.equals(row.getEndsAt(), wanted.getEndsAt());
    if (right) {
      return Outcome.RIGHT;
    }
    if (!row.getHash().equals(wanted.getHash())
        && index.byHash(row.getRealmId(), wanted.getHash()).isPresent()) {
      return Outcome.CONFLICT;
    }
    row.setHash(wanted.getHash());
    row.setOwnerType(wanted.getOwnerType());
    row.setOwnerId(wanted.getOwnerId());
    row.setEndsAt(wanted.getEndsAt());
    row.setRetired(wanted.isRetired());
    return Outcome.CORRECTED;
  }

  private boolean isBacked(ApiKeyEntity row) {
    return row.getOwnerType().equals(OwnerType.CLIENT.id())
        || !credentials.existing(List.of(row.getId())).isEmpty();
  }

  /**
   * A page of rows looked at.
   *
   * @param seen rows looked at
   * @param removed rows without a credential, now gone
   * @param last id of the last row, empty behind the end
   */
  public record Orphans(int seen, int removed, String last) {}

  /**
   * Removes the rows of a page that no credential stands behind.
   *
   * @param realmId null for all realms
   * @param after the id to begin behind; empty for the first
   */
  public Orphans removeOrphans(@Nullable String realmId, String after, int max) {
    List<ApiKeyEntity> rows = index.ofUsers(realmId, after, max);
    long now = Time.currentTimeMillis();
    List<ApiKeyEntity> old =
        rows.stream().filter(row -> now - row.getCreatedAt() >= CACHE_GRACE_MILLIS).toList();
    Set<String> backed = credentials.existing(old.stream().map(ApiKeyEntity::getId).toList());
    List<ApiKeyEntity> orphans = old.stream().filter(row -> !backed.contains(row.getId())).toList();
    // Under lock: whoever revokes the key just now has removed the row already.
    orphans.forEach(row -> index.lock(row).ifPresent(index::remove));
    String last = rows.size() < max ? "" : rows.get(rows.size() - 1).getId();
    return new Orphans(rows.size(), orphans.size(), last);
  }
}

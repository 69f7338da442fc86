package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.key.limit.KeyLife;
import dev.bulwark.apikey.manage.ApiKeyException.Kind;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import dev.bulwark.apikey.store.LockConflictException;
import dev.bulwark.apikey.store.StoredCredentials;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * The stored keys of an owner, and its lock: every change of them happens under this lock, so that
 * parallel requests cannot pass a limit together. Of one session; not for use by several threads.
 */
final class OwnerKeys {

  /** For this long a client's attributes in a cache may not have a key that is there. */
  private static final Duration CACHE_GRACE = Duration.ofMinutes(5);

  private final KeycloakSession session;
  private final RealmModel realm;
  private final ApiKeyIndex index;
  private final ApiKeyStore store;

  /** The keys of a realm's owners in a session. */
  OwnerKeys(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
    this.index = new ApiKeyIndex(session);
    this.store = new ApiKeyStore(session, realm, index);
  }

  /**
   * A key whose owner is locked.
   *
   * @param key as it is in the database
   * @param row its row
   * @param ofOwner the rows of all keys of its owner
   */
  record Locked(ApiKey key, ApiKeyEntity row, List<ApiKeyEntity> ofOwner) {}

  ApiKeyStore store() {
    return store;
  }

  /** The rows of an owner, oldest first. */
  List<ApiKeyEntity> rows(KeyOwner owner) {
    return index.ofOwner(realm.getId(), owner.type(), owner.id());
  }

  /** The row of a key, whoever owns it. */
  Optional<ApiKeyEntity> row(String keyId) {
    return index.byId(realm.getId(), keyId);
  }

  /** The row of a key of an owner. */
  Optional<ApiKeyEntity> row(KeyOwner owner, String keyId) {
    return row(keyId)
        .filter(row -> row.getOwnerType().equals(owner.type().id()))
        .filter(row -> row.getOwnerId().equals(owner.id()));
  }

  /** The row of a hash, whoever owns the key. */
  Optional<ApiKeyEntity> rowOfHash(String hash) {
    return index.byHash(realm.getId(), hash);
  }

  /** Removes a row that no key stands behind. */
  void removeOrphan(ApiKeyEntity row) {
    index.remove(row);
  }

  /**
   * Makes a change, unless another request is making one on MySQL or MariaDB.
   *
   * @throws ApiKeyException of kind {@link Kind#BUSY} in that case
   */
  <T> T changing(Supplier<T> change) {
    try {
      return index.changed(change);
    } catch (LockConflictException e) {
      throw new ApiKeyException(
          Kind.BUSY, "Another request changes the keys of this owner. Try again.");
    }
  }

  /** Locks an owner until the transaction ends, and reads its rows. */
  List<ApiKeyEntity> lock(KeyOwner owner) {
    return index.lockOwner(realm.getId(), owner.type(), owner.id());
  }

  /**
   * Locks an owner until the transaction ends, and reads one of its keys.
   *
   * @throws ApiKeyException when the owner has no such key
   */
  Locked lock(KeyOwner owner, String keyId) {
    index.forget(row(owner, keyId).orElseThrow(OwnerKeys::notFound));
    List<ApiKeyEntity> ofOwner = lock(owner);
    ApiKeyEntity row =
        ofOwner.stream()
            .filter(one -> one.getId().equals(keyId))
            .findFirst()
            .orElseThrow(OwnerKeys::notFound);
    ApiKey key = store.readLocked(owner, row).orElseThrow(OwnerKeys::notFound);
    return new Locked(key, row, ofOwner);
  }

  /**
   * Requires an id that no key has. Call it under lock: the rows of the owner have been read then.
   *
   * @throws ApiKeyException of kind {@link Kind#CONFLICT} when a key with this id has been made
   */
  void requireNew(String id) {
    if (row(id).isPresent()) {
      throw new ApiKeyException(Kind.CONFLICT, "The key was created already");
    }
  }

  /** The rules for the data of an owner's keys at a moment, in epoch milliseconds. */
  KeyRules rules(KeyOwner owner, Supplier<KeyLife> life, long now) {
    return new KeyRules(life, () -> scopes(owner), now);
  }

  /** Names of the scopes that an owner may get. */
  Set<String> scopes(KeyOwner owner) {
    return new ScopeCatalog(session, realm).of(owner).keySet();
  }

  /** The rules for more keys of an owner at a moment, in epoch milliseconds. */
  KeyQuotaRules quota(KeyOwner owner, List<ApiKeyEntity> rows, RealmLimits limits, long now) {
    return new KeyQuotaRules(rows, limits.maxKeys(), now, counted -> backed(owner, counted, now));
  }

  /**
   * How many of the rows a key stands behind. Credentials are looked for in the database, since a
   * cache may not know of one that another node has just made; a client's keys are taken away with
   * their rows.
   */
  private int backed(KeyOwner owner, List<ApiKeyEntity> rows, long now) {
    if (owner instanceof KeyOwner.Client) {
      return (int)
          rows.stream()
              .filter(
                  row ->
                      now - row.getCreatedAt() < CACHE_GRACE.toMillis()
                          || store.read(owner, row).isPresent())
              .count();
    }
    return new StoredCredentials(session)
        .existingNow(rows.stream().map(ApiKeyEntity::getId).toList())
        .size();
  }

  /**
   * Requires an owner that may have keys.
   *
   * @throws ApiKeyException for a service account, whose client owns its keys
   */
  static void requireNoServiceAccount(KeyOwner owner) {
    if (owner instanceof KeyOwner.User user && user.model().getServiceAccountClientLink() != null) {
      throw new ApiKeyException(
          Kind.INVALID_REQUEST, "A service account has no keys. Use an owner of type client");
    }
  }

  static ApiKeyException notFound() {
    return new ApiKeyException(Kind.NOT_FOUND, "API key not found");
  }
}

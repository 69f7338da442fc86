package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.ForeignKey;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.key.secret.ApiKeyGenerator;
import dev.bulwark.apikey.manage.ApiKeyException.Kind;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.KeyFilter;
import dev.bulwark.apikey.store.UsageCounter;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Creates, lists, changes, rotates and revokes keys of one realm, in the transaction of one
 * session. It checks the data of a key. Callers check the permissions before.
 */
public final class ApiKeyManager {

  private final RealmModel realm;
  private final OwnerKeys keys;
  private final KeyList list;
  private final KeyCreation creation;
  private final KeyAdoption adoption;
  private final KeyRotation rotation;

  /** Manages the keys of a realm in a session. */
  public ApiKeyManager(
      KeycloakSession session,
      RealmModel realm,
      ApiKeyConfig config,
      ApiKeyGenerator generator,
      UsageCounter usage) {
    this.realm = realm;
    this.keys = new OwnerKeys(session, realm);
    this.list = new KeyList(session, realm, keys, usage);
    this.creation = new KeyCreation(realm, keys, generator);
    this.adoption = new KeyAdoption(realm, keys);
    this.rotation = new KeyRotation(realm, config, keys, creation);
  }

  /** The owner of an id. */
  public Optional<KeyOwner> owner(OwnerType type, String id) {
    return keys.store().owner(type, id);
  }

  /** The owner of a key, without reading the key. */
  public Optional<KeyOwner> ownerOf(String keyId) {
    return keys.row(keyId).flatMap(keys.store()::owner);
  }

  /** The keys of an owner, oldest first. */
  public List<ListedKey> list(KeyOwner owner) {
    return list.of(owner);
  }

  /** A page of the keys of the realm that a filter lets through. */
  public KeyPage search(KeyFilter filter, int first, int max) {
    return list.search(filter, first, max);
  }

  /**
   * A key of an owner.
   *
   * @throws ApiKeyException when there is no such key
   */
  public ListedKey get(KeyOwner owner, String keyId) {
    return list.find(owner, keyId).orElseThrow(OwnerKeys::notFound);
  }

  /**
   * Makes a key.
   *
   * @param chosen name (1 to 100 characters), scopes (a subset of what the owner may get), and end
   *     (in the future; null for the longest life that the realm allows)
   * @throws ApiKeyException when the owner may not have such a key
   */
  public NewApiKey create(KeyOwner owner, ApiKeyData chosen) {
    return create(owner, KeycloakModelUtils.generateId(), chosen);
  }

  /**
   * Makes a key with an id that the caller has chosen, so that a form sent twice, even at the same
   * moment, makes one key.
   *
   * @param id new for each key that is wanted
   * @param chosen as for {@link #create(KeyOwner, ApiKeyData)}
   * @throws ApiKeyException when the owner may not have such a key; of kind {@link Kind#CONFLICT}
   *     when the key with this id has been made already
   */
  public NewApiKey create(KeyOwner owner, String id, ApiKeyData chosen) {
    return creation.create(owner, id, chosen);
  }

  /**
   * Takes over a key that is known by its hash only. Doing so twice is safe: the second time
   * nothing is changed.
   *
   * @throws ApiKeyException when the owner may not have such a key, or another has it
   */
  public AdoptedKey adopt(KeyOwner owner, ForeignKey foreign) {
    return adoption.adopt(owner, foreign);
  }

  /**
   * Changes a key.
   *
   * @param change gets the data as stored now
   * @return the key before and after
   * @throws ApiKeyException when there is no such key or the change is not allowed
   */
  public KeyUpdate update(KeyOwner owner, String keyId, UnaryOperator<ApiKeyData> change) {
    return keys.changing(() -> updated(owner, keyId, change));
  }

  private KeyUpdate updated(KeyOwner owner, String keyId, UnaryOperator<ApiKeyData> change) {
    OwnerKeys.Locked locked = keys.lock(owner, keyId);
    ApiKey before = locked.key();
    ApiKeyData wanted = change.apply(before.data());
    long now = Time.currentTimeMillis();
    KeyRules rules = keys.rules(owner, () -> RealmLimits.of(realm).life(), now);
    ApiKeyData checked = rules.changed(before.data(), before.createdAt(), wanted);
    if (rules.bringsBack(before.data(), checked)) {
      keys.quota(owner, locked.ofOwner(), RealmLimits.of(realm), now)
          .requireForLaterEnd(checked.isRotated());
    }
    ApiKeyData data = KeyRules.endingTokens(before.data(), checked, Time.currentTimeMillis());
    ApiKeyStore.requireFits(data);
    ApiKey after = new ApiKey(before.id(), owner, before.hash(), data, before.createdAt());
    if (!data.equals(before.data())) {
      keys.store().update(after, locked.row());
    }
    return new KeyUpdate(before, after);
  }

  /**
   * Puts a new key in the place of one, which stays good for an overlap.
   *
   * @param overlapSeconds 0 to revoke the old key at once
   * @throws ApiKeyException when there is no such usable key, the overlap is too long, or too many
   *     keys of the owner are accepted already
   */
  public Rotation rotate(KeyOwner owner, String keyId, long overlapSeconds) {
    return rotation.rotate(owner, keyId, overlapSeconds);
  }

  /**
   * Revokes a key for good.
   *
   * @return the key as it was
   * @throws ApiKeyException when there is no such key
   */
  public ApiKey revoke(KeyOwner owner, String keyId) {
    return keys.changing(
        () -> {
          OwnerKeys.Locked locked = keys.lock(owner, keyId);
          keys.store().remove(locked.key(), locked.row());
          return locked.key();
        });
  }

  /**
   * Revokes every key of an owner for good, those that are inactive, expired or replaced too.
   *
   * @return the keys as they were; empty where there was none
   */
  public List<ApiKey> revokeAll(KeyOwner owner) {
    return keys.changing(() -> revokedAll(owner));
  }

  private List<ApiKey> revokedAll(KeyOwner owner) {
    List<ApiKeyEntity> rows = keys.lock(owner);
    // All are read before one is removed, which changes the credentials behind it.
    List<OwnerKeys.Locked> found =
        rows.stream()
            .flatMap(
                row ->
                    keys.store().readLocked(owner, row).stream()
                        .map(key -> new OwnerKeys.Locked(key, row, rows)))
            .toList();
    found.forEach(locked -> keys.store().remove(locked.key(), locked.row()));
    return found.stream().map(OwnerKeys.Locked::key).toList();
  }
}

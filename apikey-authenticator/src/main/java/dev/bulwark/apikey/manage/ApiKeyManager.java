package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.apikey.credential.ImportedKeys;
import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.ForeignKey;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.key.limit.KeyLife;
import dev.bulwark.apikey.key.secret.ApiKeyFormat;
import dev.bulwark.apikey.key.secret.ApiKeyGenerator;
import dev.bulwark.apikey.key.secret.KeyHash;
import dev.bulwark.apikey.manage.ApiKeyException.Kind;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import dev.bulwark.apikey.store.ApiKeyIndex.Usage;
import dev.bulwark.apikey.store.KeyFilter;
import dev.bulwark.apikey.store.KeySearch;
import dev.bulwark.apikey.store.LockConflictException;
import dev.bulwark.apikey.store.StoredCredentials;
import dev.bulwark.apikey.store.UsageCounter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Creates, lists, changes, rotates and revokes keys of one realm, in the transaction of one
 * session. It checks the data of a key. Callers check the permissions before.
 */
public final class ApiKeyManager {

  /** For this long a client's attributes in a cache may not have a key that is there. */
  private static final Duration CACHE_GRACE = Duration.ofMinutes(5);

  private final KeycloakSession session;
  private final RealmModel realm;
  private final ApiKeyConfig config;
  private final ApiKeyGenerator generator;
  private final UsageCounter usage;
  private final ApiKeyIndex index;
  private final ApiKeyStore store;

  /** Manages the keys of a realm in a session. */
  public ApiKeyManager(
      KeycloakSession session,
      RealmModel realm,
      ApiKeyConfig config,
      ApiKeyGenerator generator,
      UsageCounter usage) {
    this.session = session;
    this.realm = realm;
    this.config = config;
    this.generator = generator;
    this.usage = usage;
    this.index = new ApiKeyIndex(session);
    this.store = new ApiKeyStore(session, realm, index);
  }

  /**
   * A key with its usage.
   *
   * @param key the key
   * @param requestCount requests, those of this node included that are not written yet
   * @param lastUsedAt epoch milliseconds of the latest request, null before the first
   */
  public record Listed(ApiKey key, long requestCount, @Nullable Long lastUsedAt) {}

  /** The owner of an id. */
  public Optional<KeyOwner> owner(OwnerType type, String id) {
    return store.owner(type, id);
  }

  /** The owner of a key, without reading the key. */
  public Optional<KeyOwner> ownerOf(String keyId) {
    return index.byId(realm.getId(), keyId).flatMap(store::owner);
  }

  /** The keys of an owner, oldest first. */
  public List<Listed> list(KeyOwner owner) {
    return index.ofOwner(realm.getId(), owner.type(), owner.id()).stream()
        .map(row -> listed(owner, row))
        .flatMap(Optional::stream)
        .toList();
  }

  /** A page of the keys of the realm that a filter lets through. */
  public Page search(KeyFilter filter, int first, int max) {
    KeySearch search = new KeySearch(session, realm.getId(), filter, Time.currentTimeMillis());
    List<ApiKeyEntity> rows = search.page(first, max);
    boolean isLast = rows.size() < max && (first == 0 || !rows.isEmpty());
    return new Page(
        rows.stream()
            .map(row -> store.owner(row).flatMap(owner -> listed(owner, row)))
            .flatMap(Optional::stream)
            .toList(),
        isLast ? first + rows.size() : search.count());
  }

  /**
   * A part of a list.
   *
   * @param keys in the order of the list
   * @param total how many keys the whole list has
   */
  public record Page(List<Listed> keys, long total) {}

  /** A key of an owner. */
  public Listed get(KeyOwner owner, String keyId) {
    return row(owner, keyId)
        .flatMap(row -> listed(owner, row))
        .orElseThrow(ApiKeyManager::notFound);
  }

  /** A key of an owner as it is in the database: one that was made just now, too. */
  public Optional<ApiKey> stored(KeyOwner owner, String keyId) {
    return changing(() -> row(owner, keyId).flatMap(row -> store.readLocked(owner, row)));
  }

  private Optional<ApiKeyEntity> row(KeyOwner owner, String keyId) {
    return index
        .byId(realm.getId(), keyId)
        .filter(row -> row.getOwnerType().equals(owner.type().id()))
        .filter(row -> row.getOwnerId().equals(owner.id()));
  }

  private Optional<Listed> listed(KeyOwner owner, ApiKeyEntity row) {
    return store
        .read(owner, row)
        .map(
            key -> {
              Usage pending = usage.pending(key.id());
              Long last = row.getLastUsedAt();
              if (pending.count() > 0) {
                last = Math.max(last == null ? 0 : last, pending.last());
              }
              return new Listed(key, row.getRequestCount() + pending.count(), last);
            });
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
   * Makes a key with an id that the caller has chosen, so that a request sent twice, even at the
   * same moment, makes one key.
   *
   * @param id new for each key that is wanted
   * @param chosen as for {@link #create(KeyOwner, ApiKeyData)}
   * @throws ApiKeyException when the owner may not have such a key; of kind {@link Kind#CONFLICT}
   *     when the key with this id has been made already
   */
  public NewApiKey create(KeyOwner owner, String id, ApiKeyData chosen) {
    return changing(() -> made(owner, id, chosen));
  }

  private NewApiKey made(KeyOwner owner, String id, ApiKeyData chosen) {
    RealmLimits limits = RealmLimits.of(realm);
    long now = Time.currentTimeMillis();
    ApiKeyData checked = rules(owner, limits::life, now).checked(chosen);
    refuseServiceAccount(owner);
    List<ApiKeyEntity> rows = lockOwner(owner);
    // Before the room is: the key with this id may have taken the last place.
    requireNew(id);
    room(owner, rows, limits, now).requireForNew();
    return store(owner, id, limits, checked, now);
  }

  private KeyRoom room(KeyOwner owner, List<ApiKeyEntity> rows, RealmLimits limits, long now) {
    return new KeyRoom(rows, limits.maxKeys(), now, counted -> backed(owner, counted, now));
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

  private KeyRules rules(KeyOwner owner, Supplier<KeyLife> life, long now) {
    return new KeyRules(life, () -> new ScopeCatalog(session, realm).of(owner).keySet(), now);
  }

  /**
   * Takes over a key that is known by its hash only. Doing so twice is safe: the second time
   * nothing is changed.
   *
   * @throws ApiKeyException when the owner may not have such a key, or another has it
   */
  public Adopted adopt(KeyOwner owner, ForeignKey foreign) {
    return changing(() -> adopted(owner, foreign));
  }

  private Adopted adopted(KeyOwner owner, ForeignKey foreign) {
    RealmLimits limits = RealmLimits.of(realm);
    long now = Time.currentTimeMillis();
    refuseServiceAccount(owner);
    Optional<ApiKeyEntity> present = index.byHash(realm.getId(), foreign.hash());
    if (present.isPresent()) {
      Optional<ApiKey> known =
          store.owner(present.get()).flatMap(holder -> store.read(holder, present.get()));
      if (known.isPresent()) {
        return unchanged(owner, known.get());
      }
      index.remove(present.get());
    }
    KeyRules rules = rules(owner, limits::life, now);
    long createdAt = rules.createdAt(foreign.createdAt());
    ApiKeyData data = rules.checked(foreign.data());
    checkSize(data);
    room(owner, lockOwner(owner), limits, now).requireForImported();
    ApiKey key =
        new ApiKey(KeycloakModelUtils.generateId(), owner, foreign.hash(), data, createdAt);
    store.create(key);
    ImportedKeys.note(realm);
    return new Adopted(key, true);
  }

  private static Adopted unchanged(KeyOwner owner, ApiKey known) {
    if (known.owner().type() != owner.type() || !known.owner().id().equals(owner.id())) {
      throw new ApiKeyException(Kind.CONFLICT, "Another owner has a key with this hash");
    }
    return new Adopted(known, false);
  }

  /**
   * A key taken over.
   *
   * @param key as it is stored
   * @param created false when the owner had it already
   */
  public record Adopted(ApiKey key, boolean created) {}

  /** Call it under lock: the rows of the owner have been read then. */
  private void requireNew(String id) {
    if (index.byId(realm.getId(), id).isPresent()) {
      throw new ApiKeyException(Kind.CONFLICT, "The key was created already");
    }
  }

  private NewApiKey store(
      KeyOwner owner, String id, RealmLimits limits, ApiKeyData checked, long now) {
    String plain = generator.generate(limits.prefix());
    ApiKeyData data = checked.toBuilder().prefix(ApiKeyFormat.visiblePart(plain)).build();
    checkSize(data);
    ApiKey key = new ApiKey(id, owner, KeyHash.of(plain), data, now);
    store.create(key);
    return new NewApiKey(key, plain);
  }

  /**
   * Changes a key.
   *
   * @param change gets the data as stored now
   * @return the key before and after
   * @throws ApiKeyException when there is no such key or the change is not allowed
   */
  public Change update(KeyOwner owner, String keyId, UnaryOperator<ApiKeyData> change) {
    return changing(() -> updated(owner, keyId, change));
  }

  private Change updated(KeyOwner owner, String keyId, UnaryOperator<ApiKeyData> change) {
    Locked locked = lock(owner, keyId);
    ApiKey before = locked.key();
    ApiKeyData wanted = change.apply(before.data());
    long now = Time.currentTimeMillis();
    KeyRules rules = rules(owner, () -> RealmLimits.of(realm).life(), now);
    ApiKeyData checked = rules.changed(before.data(), before.createdAt(), wanted);
    if (rules.bringsBack(before.data(), checked)) {
      room(owner, locked.ofOwner(), RealmLimits.of(realm), now)
          .requireForLaterEnd(checked.isRotated());
    }
    ApiKeyData data = KeyRules.endingTokens(before.data(), checked, Time.currentTimeMillis());
    checkSize(data);
    ApiKey after = new ApiKey(before.id(), owner, before.hash(), data, before.createdAt());
    if (!data.equals(before.data())) {
      store.update(after, locked.row());
    }
    return new Change(before, after);
  }

  /**
   * What an update did.
   *
   * @param before the key as it was
   * @param after the key as it is
   */
  public record Change(ApiKey before, ApiKey after) {

    /** Whether tokens exchanged for the key before may go beyond what it now allows. */
    public boolean narrows() {
      return KeyRules.narrows(before.data(), after.data());
    }
  }

  /**
   * Puts a new key in the place of one, which stays good for an overlap.
   *
   * @param overlapSeconds 0 to revoke the old key at once
   * @throws ApiKeyException when there is no such usable key, the overlap is too long, or too many
   *     keys of the owner are accepted already
   */
  public Rotation rotate(KeyOwner owner, String keyId, long overlapSeconds) {
    return rotate(owner, keyId, KeycloakModelUtils.generateId(), overlapSeconds);
  }

  /**
   * Puts a new key in the place of one, with an id that the caller has chosen.
   *
   * @param newKeyId new for each rotation that is wanted
   * @param overlapSeconds 0 to revoke the old key at once
   * @throws ApiKeyException when there is no such usable key, the overlap is too long, or too many
   *     keys of the owner are accepted already
   */
  public Rotation rotate(KeyOwner owner, String keyId, String newKeyId, long overlapSeconds) {
    RotationRules.requireOverlap(overlapSeconds, config.rotationMaxOverlapSeconds());
    refuseServiceAccount(owner);
    return changing(() -> rotated(owner, keyId, newKeyId, overlapSeconds));
  }

  private Rotation rotated(KeyOwner owner, String keyId, String newKeyId, long overlapSeconds) {
    Locked locked = lock(owner, keyId);
    ApiKey old = locked.key();
    long now = Time.currentTimeMillis();
    RotationRules.requireRotatable(old.data(), now);
    requireNew(newKeyId);
    Set<String> ofOwner = new ScopeCatalog(session, realm).of(owner).keySet();
    RealmLimits limits = RealmLimits.of(realm);
    if (overlapSeconds > 0) {
      room(owner, locked.ofOwner(), limits, now).requireForOverlap();
    }
    ApiKeyData successor = RotationRules.successor(old.data(), ofOwner, limits.life(), now);
    NewApiKey made = store(owner, newKeyId, limits, successor, now);
    if (overlapSeconds == 0) {
      store.remove(old, locked.row());
      return new Rotation(made, old, true, null);
    }
    ApiKeyData retired =
        RotationRules.retired(old.data(), made.key().id(), overlapSeconds, now);
    ApiKey after = new ApiKey(old.id(), owner, old.hash(), retired, old.createdAt());
    store.update(after, locked.row());
    Long tokensEnd = RotationRules.tokensEnd(retired, config.tokenMaxSeconds(), now);
    return new Rotation(made, after, false, tokensEnd);
  }

  /**
   * What a rotation did.
   *
   * @param made the new key
   * @param old the old key, with the end of its overlap
   * @param oldRevoked whether there was no overlap
   * @param tokensEnd epoch milliseconds at which tokens die that were exchanged for the old key;
   *     null where none can live longer than the overlap
   */
  public record Rotation(
      NewApiKey made, ApiKey old, boolean oldRevoked, @Nullable Long tokensEnd) {}

  /**
   * Revokes a key for good.
   *
   * @return the key as it was
   * @throws ApiKeyException when there is no such key
   */
  public ApiKey revoke(KeyOwner owner, String keyId) {
    return changing(
        () -> {
          Locked locked = lock(owner, keyId);
          store.remove(locked.key(), locked.row());
          return locked.key();
        });
  }

  /**
   * Revokes every key of an owner for good, those that are inactive, expired or replaced too.
   *
   * @return the keys as they were; empty where there was none
   */
  public List<ApiKey> revokeAll(KeyOwner owner) {
    return changing(() -> revokedAll(owner));
  }

  private List<ApiKey> revokedAll(KeyOwner owner) {
    List<ApiKeyEntity> rows = lockOwner(owner);
    // All are read before one is removed, which changes the credentials behind it.
    List<Locked> keys =
        rows.stream()
            .flatMap(
                row -> store.readLocked(owner, row).stream().map(key -> new Locked(key, row, rows)))
            .toList();
    keys.forEach(locked -> store.remove(locked.key(), locked.row()));
    return keys.stream().map(Locked::key).toList();
  }

  private record Locked(ApiKey key, ApiKeyEntity row, List<ApiKeyEntity> ofOwner) {}

  private Locked lock(KeyOwner owner, String keyId) {
    index.forget(row(owner, keyId).orElseThrow(ApiKeyManager::notFound));
    List<ApiKeyEntity> ofOwner = lockOwner(owner);
    ApiKeyEntity row =
        ofOwner.stream()
            .filter(one -> one.getId().equals(keyId))
            .findFirst()
            .orElseThrow(ApiKeyManager::notFound);
    ApiKey key = store.readLocked(owner, row).orElseThrow(ApiKeyManager::notFound);
    return new Locked(key, row, ofOwner);
  }

  private List<ApiKeyEntity> lockOwner(KeyOwner owner) {
    return index.lockOwner(realm.getId(), owner.type(), owner.id());
  }

  /** Makes a change, unless another request is making one on MySQL or MariaDB. */
  private <T> T changing(Supplier<T> change) {
    try {
      return index.changed(change);
    } catch (LockConflictException e) {
      throw new ApiKeyException(
          Kind.BUSY, "Another request changes the keys of this owner. Try again.");
    }
  }

  private static ApiKeyException notFound() {
    return new ApiKeyException(Kind.NOT_FOUND, "API key not found");
  }

  private static void refuseServiceAccount(KeyOwner owner) {
    if (owner instanceof KeyOwner.User user && user.model().getServiceAccountClientLink() != null) {
      throw new ApiKeyException(
          Kind.INVALID_REQUEST, "A service account has no keys. Use an owner of type client");
    }
  }

  private static void checkSize(ApiKeyData data) {
    if (ApiKeyCredentialModel.write(data).length() > ApiKeyEntity.MAX_DATA) {
      throw new ApiKeyException(Kind.INVALID_REQUEST, "The data of the key is too long to store");
    }
  }
}

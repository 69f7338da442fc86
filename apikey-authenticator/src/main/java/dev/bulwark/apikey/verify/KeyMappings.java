package dev.bulwark.apikey.verify;

import com.github.benmanes.caffeine.cache.Cache;
import dev.bulwark.apikey.client.ClientKeyVersion;
import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.utils.KeycloakModelUtils;

/** Finds the key of a hash: in the cache of this node, else in the index. Of one session. */
final class KeyMappings {

  private final KeycloakSession session;
  private final Cache<KeyMapping.Id, KeyMapping> cache;

  /** Finds keys in a cache that all sessions share. */
  KeyMappings(KeycloakSession session, Cache<KeyMapping.Id, KeyMapping> cache) {
    this.session = session;
    this.cache = cache;
  }

  /** The cached data of a hash; null if this node has none. */
  @Nullable KeyMapping cached(KeyMapping.Id id) {
    return cache.getIfPresent(id);
  }

  /** Reads the row of a hash and remembers it; a copy of a client's key for this request only. */
  @Nullable KeyMapping load(KeyMapping.Id id) {
    return remember(id, read(session, id, null));
  }

  /** A copy of a client's key that can be relied on now; null if the key is gone. */
  @Nullable KeyMapping current(KeyMapping.Id id, KeyMapping mapping, ClientModel client) {
    return mapping.isCurrent(ClientKeyVersion.of(client), Time.currentTimeMillis())
        ? mapping
        : loadAgain(id, client);
  }

  /** Drops the cached data of a hash. */
  void forget(KeyMapping.Id id) {
    cache.invalidate(id);
  }

  /**
   * Reads the row of a client's key and remembers it as good for a version of the client. The
   * version is read before the row, which is read in a transaction of its own: the other way round,
   * or from the snapshot of this one, it could be an older state of the row under a newer version.
   */
  private @Nullable KeyMapping loadAgain(KeyMapping.Id id, ClientModel client) {
    String version = ClientKeyVersion.of(client);
    return remember(
        id,
        KeycloakModelUtils.runJobInTransactionWithResult(
            session.getKeycloakSessionFactory(), other -> read(other, id, version)));
  }

  private @Nullable KeyMapping remember(KeyMapping.Id id, @Nullable KeyMapping mapping) {
    if (mapping == null) {
      cache.invalidate(id);
    } else {
      cache.put(id, mapping);
    }
    return mapping;
  }

  private static @Nullable KeyMapping read(
      KeycloakSession in, KeyMapping.Id id, @Nullable String version) {
    Optional<ApiKeyEntity> found = new ApiKeyIndex(in).byHash(id.realmId(), id.hash());
    if (found.isEmpty()) {
      return null;
    }
    ApiKeyEntity row = found.get();
    OwnerType type = OwnerType.of(row.getOwnerType()).orElseThrow();
    ApiKeyData data =
        type == OwnerType.CLIENT ? ApiKeyCredentialModel.readData(row.getData()) : null;
    return new KeyMapping(
        row.getId(),
        type,
        row.getOwnerId(),
        row.getCreatedAt(),
        data,
        version,
        Time.currentTimeMillis());
  }
}

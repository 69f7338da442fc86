package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.secret.ApiKeyFormat;
import dev.bulwark.apikey.key.secret.ApiKeyGenerator;
import dev.bulwark.apikey.key.secret.KeyHash;
import dev.bulwark.apikey.store.ApiKeyEntity;
import java.util.List;
import org.keycloak.common.util.Time;
import org.keycloak.models.RealmModel;

/** Makes new keys: checks what was chosen, and generates and stores the key. */
final class KeyCreation {

  private final RealmModel realm;
  private final OwnerKeys keys;
  private final ApiKeyGenerator generator;

  /** Makes keys in a realm. */
  KeyCreation(RealmModel realm, OwnerKeys keys, ApiKeyGenerator generator) {
    this.realm = realm;
    this.keys = keys;
    this.generator = generator;
  }

  /** As {@link ApiKeyManager#create(KeyOwner, String, ApiKeyData)}. */
  NewApiKey create(KeyOwner owner, String id, ApiKeyData chosen) {
    return keys.changing(() -> created(owner, id, chosen));
  }

  private NewApiKey created(KeyOwner owner, String id, ApiKeyData chosen) {
    RealmLimits limits = RealmLimits.of(realm);
    long now = Time.currentTimeMillis();
    ApiKeyData checked = keys.rules(owner, limits::life, now).checked(chosen);
    OwnerKeys.requireNoServiceAccount(owner);
    List<ApiKeyEntity> rows = keys.lock(owner);
    // Before the room is: the key with this id may have taken the last place.
    keys.requireNew(id);
    keys.quota(owner, rows, limits, now).requireForNew();
    return store(owner, id, limits, checked, now);
  }

  /**
   * Generates a key and stores it. Call it under the lock of the owner.
   *
   * @param checked the data of the key apart from its visible part
   * @param now epoch milliseconds
   */
  NewApiKey store(KeyOwner owner, String id, RealmLimits limits, ApiKeyData checked, long now) {
    String plain = generator.generate(limits.prefix());
    ApiKeyData data = checked.toBuilder().prefix(ApiKeyFormat.visiblePart(plain)).build();
    ApiKeyStore.requireFits(data);
    ApiKey key = new ApiKey(id, owner, KeyHash.of(plain), data, now);
    keys.store().create(key);
    return new NewApiKey(key, plain);
  }
}

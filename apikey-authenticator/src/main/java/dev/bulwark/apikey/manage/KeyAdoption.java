package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.credential.ImportedKeys;
import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.ForeignKey;
import dev.bulwark.apikey.manage.ApiKeyException.Kind;
import dev.bulwark.apikey.store.ApiKeyEntity;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** Imports keys of other applications, of which only the hash is known. */
final class KeyAdoption {

  private final RealmModel realm;
  private final OwnerKeys keys;

  /** Imports keys into a realm. */
  KeyAdoption(RealmModel realm, OwnerKeys keys) {
    this.realm = realm;
    this.keys = keys;
  }

  /** As {@link ApiKeyManager#adopt}. */
  AdoptedKey adopt(KeyOwner owner, ForeignKey foreign) {
    return keys.changing(() -> adopted(owner, foreign));
  }

  private AdoptedKey adopted(KeyOwner owner, ForeignKey foreign) {
    RealmLimits limits = RealmLimits.of(realm);
    long now = Time.currentTimeMillis();
    OwnerKeys.requireNoServiceAccount(owner);
    Optional<ApiKeyEntity> present = keys.rowOfHash(foreign.hash());
    if (present.isPresent()) {
      Optional<ApiKey> known = read(present.get());
      if (known.isPresent()) {
        return unchanged(owner, known.get());
      }
      keys.removeOrphan(present.get());
    }
    KeyRules rules = keys.rules(owner, limits::life, now);
    long createdAt = rules.createdAt(foreign.createdAt());
    ApiKeyData data = rules.checked(foreign.data());
    ApiKeyStore.requireFits(data);
    keys.quota(owner, keys.lock(owner), limits, now).requireForImported();
    ApiKey key =
        new ApiKey(KeycloakModelUtils.generateId(), owner, foreign.hash(), data, createdAt);
    keys.store().create(key);
    ImportedKeys.note(realm);
    return new AdoptedKey(key, true);
  }

  private Optional<ApiKey> read(ApiKeyEntity row) {
    return keys.store().owner(row).flatMap(holder -> keys.store().read(holder, row));
  }

  private static AdoptedKey unchanged(KeyOwner owner, ApiKey known) {
    if (known.owner().type() != owner.type() || !known.owner().id().equals(owner.id())) {
      throw new ApiKeyException(Kind.CONFLICT, "Another owner has a key with this hash");
    }
    return new AdoptedKey(known, false);
  }
}

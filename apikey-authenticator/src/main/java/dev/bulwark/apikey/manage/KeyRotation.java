package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.key.ApiKeyData;
import java.util.Set;
import org.keycloak.common.util.Time;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** Puts a new key in the place of one, which is accepted for an overlap ({@link RotationRules}). */
final class KeyRotation {

  private final RealmModel realm;
  private final ApiKeyConfig config;
  private final OwnerKeys keys;
  private final KeyCreation creation;

  /** Rotates the keys of a realm. */
  KeyRotation(RealmModel realm, ApiKeyConfig config, OwnerKeys keys, KeyCreation creation) {
    this.realm = realm;
    this.config = config;
    this.keys = keys;
    this.creation = creation;
  }

  /** As {@link ApiKeyManager#rotate}. */
  Rotation rotate(KeyOwner owner, String keyId, long overlapSeconds) {
    RotationRules.requireOverlap(overlapSeconds, config.rotationMaxOverlapSeconds());
    OwnerKeys.requireNoServiceAccount(owner);
    return keys.changing(() -> rotated(owner, keyId, overlapSeconds));
  }

  private Rotation rotated(KeyOwner owner, String keyId, long overlapSeconds) {
    OwnerKeys.Locked locked = keys.lock(owner, keyId);
    ApiKey old = locked.key();
    long now = Time.currentTimeMillis();
    RotationRules.requireRotatable(old.data(), now);
    Set<String> ofOwner = keys.scopes(owner);
    RealmLimits limits = RealmLimits.of(realm);
    if (overlapSeconds > 0) {
      keys.quota(owner, locked.ofOwner(), limits, now).requireForOverlap();
    }
    ApiKeyData successor = RotationRules.successor(old.data(), ofOwner, limits.life(), now);
    NewApiKey made = creation.store(owner, KeycloakModelUtils.generateId(), limits, successor, now);
    if (overlapSeconds == 0) {
      keys.store().remove(old, locked.row());
      return new Rotation(made, old, true, null);
    }
    ApiKeyData retired = RotationRules.retired(old.data(), made.key().id(), overlapSeconds, now);
    ApiKey after = new ApiKey(old.id(), owner, old.hash(), retired, old.createdAt());
    keys.store().update(after, locked.row());
    Long tokensEnd = RotationRules.tokensEnd(retired, config.tokenMaxSeconds(), now);
    return new Rotation(made, after, false, tokensEnd);
  }
}

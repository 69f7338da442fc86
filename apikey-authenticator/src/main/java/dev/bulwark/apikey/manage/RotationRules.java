package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.limit.KeyLife;
import dev.bulwark.apikey.key.limit.ScopeRules;
import dev.bulwark.apikey.manage.ApiKeyException.Kind;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When a key can be rotated, and what a rotation makes of the old key and of the new one. Pure. */
final class RotationRules {

  private RotationRules() {}

  /**
   * Requires an overlap that the server allows.
   *
   * @param most longest overlap in seconds
   */
  static void requireOverlap(long overlapSeconds, int most) {
    if (overlapSeconds < 0 || overlapSeconds > most) {
      throw new ApiKeyException(Kind.INVALID_REQUEST, "overlapSeconds must be 0 to " + most);
    }
  }

  /**
   * Requires a key that is accepted and was not rotated.
   *
   * @param now epoch milliseconds
   */
  static void requireRotatable(ApiKeyData old, long now) {
    if (old.isRotated()) {
      throw new ApiKeyException(Kind.CONFLICT, "The key was rotated already");
    }
    if (old.stateAt(now) != ApiKeyData.State.USABLE) {
      throw new ApiKeyException(Kind.CONFLICT, "Only an active, unexpired key can be rotated");
    }
  }

  /**
   * The data of the new key. Scopes that the owner has lost since do not come back by a rotation.
   *
   * @param ofOwner names of the scopes that the owner may get
   * @param life how long keys of the realm may live
   * @param now epoch milliseconds
   */
  static ApiKeyData successor(ApiKeyData old, Collection<String> ofOwner, KeyLife life, long now) {
    return old.successor()
        .scopes(List.copyOf(ScopeRules.granted(old.scopes(), ofOwner, null)))
        .expiresAt(life.successorEnd(now, old.expiresAt()))
        .build();
  }

  /**
   * The data of the old key, which is accepted until the overlap is over.
   *
   * @param newKeyId id of the new key
   * @param now epoch milliseconds
   */
  static ApiKeyData retired(ApiKeyData old, String newKeyId, long overlapSeconds, long now) {
    return old.rotated(now + Duration.ofSeconds(overlapSeconds).toMillis(), newKeyId);
  }

  /**
   * When tokens end that were exchanged for the old key, in epoch milliseconds; null if none can
   * live longer than the overlap.
   *
   * @param retired the old key after the rotation
   * @param tokenMaxSeconds longest life of an exchanged token
   * @param now epoch milliseconds
   */
  static @Nullable Long tokensEnd(ApiKeyData retired, int tokenMaxSeconds, long now) {
    Long end = retired.end();
    boolean isOutlived = end != null && end < now + Duration.ofSeconds(tokenMaxSeconds).toMillis();
    return isOutlived ? end : null;
  }
}

package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.manage.ApiKeyException.Kind;
import dev.bulwark.apikey.store.ApiKeyEntity;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Whether an owner may have one more key. The owner is locked, so that parallel requests cannot
 * pass a limit together. Of one request; pure.
 *
 * <p>Keys that have ended do not count as keys, but they are stored until somebody deletes them.
 * Their number is bounded too, or an owner could fill the database with keys of a short life.
 */
final class KeyQuotaRules {

  /** Stored keys of an owner, expired ones included, for each key that the realm allows. */
  private static final int STORED = 4;

  /** Rotated keys that the background work has not removed yet, at least. */
  private static final int ROTATED = 20;

  private final List<ApiKeyEntity> rows;
  private final int maxKeys;
  private final long now;
  private final ToIntFunction<List<ApiKeyEntity>> backed;

  /**
   * The rules for an owner at a moment.
   *
   * @param rows of the locked owner
   * @param maxKeys most keys of an owner in the realm
   * @param now epoch milliseconds
   * @param backed how many of some rows a key stands behind: Keycloak's own deletion of a
   *     credential leaves the row. It is asked only if there are enough rows to reach a limit
   */
  KeyQuotaRules(
      List<ApiKeyEntity> rows, int maxKeys, long now, ToIntFunction<List<ApiKeyEntity>> backed) {
    this.rows = rows;
    this.maxKeys = maxKeys;
    this.now = now;
    this.backed = backed;
  }

  /** Requires room for a key that an owner or an administrator makes. */
  void requireForNew() {
    requireForImported();
    int most = STORED * maxKeys;
    // Rotated keys are bounded by themselves, and the background work removes them.
    if (isFull(rows.stream().filter(row -> !row.isRetired()).toList(), most)) {
      throw new ApiKeyException(
          Kind.STORED_LIMIT_EXCEEDED,
          "No more than "
              + most
              + " API keys are stored, expired ones included. Delete expired keys");
    }
  }

  /**
   * Requires room for a key that an administrator imports. Such keys have not ended, and the
   * expired keys of an owner do not keep them out.
   */
  void requireForImported() {
    List<ApiKeyEntity> current = live().stream().filter(row -> !row.isRetired()).toList();
    if (isFull(current, maxKeys)) {
      throw exceeded("No more than " + maxKeys + " API keys are allowed");
    }
  }

  /**
   * Requires room for a rotation with an overlap. Otherwise an owner could have any number of
   * accepted keys: each such rotation adds one. Keys whose overlap is over count until the
   * background work has removed them. Expired keys that were not rotated never stop a rotation.
   */
  void requireForOverlap() {
    requireForOverlapping("Rotate without an overlap");
    int most = Math.max(ROTATED, STORED * maxKeys);
    if (isFull(rows.stream().filter(ApiKeyEntity::isRetired).toList(), most)) {
      throw exceeded(
          "No more than " + most + " rotated API keys are stored. Rotate without an overlap");
    }
  }

  /**
   * Requires room for a key that has ended and gets a later end, as if it were new.
   *
   * @param rotated whether another key is in its place
   */
  void requireForLaterEnd(boolean rotated) {
    if (rotated) {
      requireForOverlapping("Use the key that replaced this one");
    } else {
      requireForImported();
    }
  }

  private void requireForOverlapping(String advice) {
    int most = 2 * maxKeys;
    if (isFull(live(), most)) {
      throw exceeded(
          "No more than "
              + most
              + " API keys are allowed, those included whose overlap is not over. "
              + advice);
    }
  }

  private static ApiKeyException exceeded(String detail) {
    return new ApiKeyException(Kind.LIMIT_EXCEEDED, detail);
  }

  private List<ApiKeyEntity> live() {
    return rows.stream().filter(row -> row.getEndsAt() == null || row.getEndsAt() > now).toList();
  }

  private boolean isFull(List<ApiKeyEntity> counted, int most) {
    return counted.size() >= most && backed.applyAsInt(counted) >= most;
  }
}

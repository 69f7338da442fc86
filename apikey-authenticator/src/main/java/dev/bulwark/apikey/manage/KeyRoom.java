package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.manage.ApiKeyException.Kind;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.StoredCredentials;
import java.time.Duration;
import java.util.List;
import org.keycloak.models.KeycloakSession;

/**
 * Whether an owner may have one more key. The owner is locked, so that parallel requests cannot
 * pass a limit together. Of one request; not for use by several threads.
 *
 * <p>Keys that have ended do not count as keys, but they are stored until somebody deletes them.
 * Their number is bounded too, or an owner could fill the database with keys of a short life.
 */
final class KeyRoom {

  /** Stored keys of an owner, expired ones included, for each key that the realm allows. */
  private static final int STORED = 4;

  /** Rotated keys that the background work has not removed yet, at least. */
  private static final int ROTATED = 20;

  /** For this long a client's attributes in a cache may not have a key that is there. */
  private static final Duration CACHE_GRACE = Duration.ofMinutes(5);

  private final KeycloakSession session;
  private final ApiKeyStore store;
  private final KeyOwner owner;
  private final List<ApiKeyEntity> rows;
  private final int maxKeys;
  private final long now;

  /**
   * The room of an owner at a moment.
   *
   * @param rows of the locked owner
   * @param now epoch milliseconds
   */
  KeyRoom(
      KeycloakSession session,
      ApiKeyStore store,
      KeyOwner owner,
      List<ApiKeyEntity> rows,
      RealmLimits limits,
      long now) {
    this.session = session;
    this.store = store;
    this.owner = owner;
    this.rows = rows;
    this.maxKeys = limits.maxKeys();
    this.now = now;
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
    return counted.size() >= most && backed(counted) >= most;
  }

  /**
   * How many of the rows a key stands behind: Keycloak's own deletion of a credential leaves the
   * row. Credentials are looked for in the database, since a cache may not know of one that another
   * node has just made; a client's keys are taken away with their rows.
   */
  private int backed(List<ApiKeyEntity> counted) {
    if (owner instanceof KeyOwner.Client) {
      return (int)
          counted.stream()
              .filter(
                  row ->
                      now - row.getCreatedAt() < CACHE_GRACE.toMillis()
                          || store.read(owner, row).isPresent())
              .count();
    }
    return new StoredCredentials(session)
        .existingNow(counted.stream().map(ApiKeyEntity::getId).toList())
        .size();
  }
}

package dev.bulwark.revocation.entities;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import java.util.List;
import java.util.Set;
import org.keycloak.models.jpa.entities.ClientEntity;
import org.keycloak.models.jpa.entities.RealmEntity;
import org.keycloak.models.jpa.entities.UserEntity;
import org.keycloak.models.jpa.session.PersistentUserSessionEntity;

/** Which endings a changed row of Keycloak's gives. */
final class EntityEndings {

  private static final String ENABLED = "enabled";
  private static final String NOT_BEFORE = "notBefore";

  private EntityEndings() {}

  /** Whether a row of this kind can end tokens. */
  static boolean isWatched(Object entity) {
    return entity instanceof PersistentUserSessionEntity
        || entity instanceof UserEntity
        || entity instanceof ClientEntity
        || entity instanceof RealmEntity;
  }

  /**
   * The endings, none for most changes.
   *
   * @param changed names of the changed properties
   * @param now milliseconds since 1970
   */
  static List<Ending> of(Object entity, Set<String> changed, long now) {
    if (entity instanceof PersistentUserSessionEntity session) {
      // Keycloak restarts a session under its old id; tokens from before are dead.
      return changed.contains("createdOn")
          ? List.of(
              new Endings("SESSION_RESTARTED", now)
                  .session(session.getRealmId(), session.getUserSessionId()))
          : List.of();
    }
    if (entity instanceof UserEntity user) {
      if (changed.contains(ENABLED) && !user.isEnabled()) {
        return List.of(new Endings("USER_DISABLED", now).user(user.getRealmId(), user.getId()));
      }
      return hasNotBefore(changed, user.getNotBefore())
          ? List.of(
              new Endings("USER_NOT_BEFORE", now)
                  .user(user.getRealmId(), user.getId(), user.getNotBefore()))
          : List.of();
    }
    if (entity instanceof ClientEntity client) {
      if (changed.contains(ENABLED) && !client.isEnabled()) {
        return List.of(
            new Endings("CLIENT_DISABLED", now).client(client.getRealmId(), client.getId()));
      }
      return hasNotBefore(changed, client.getNotBefore())
          ? List.of(
              new Endings("CLIENT_NOT_BEFORE", now)
                  .clientNotBefore(client.getRealmId(), client.getId(), client.getNotBefore()))
          : List.of();
    }
    if (entity instanceof RealmEntity realm) {
      if (changed.contains(ENABLED) && !realm.isEnabled()) {
        return List.of(new Endings("REALM_DISABLED", now).realm(realm.getId()));
      }
      return hasNotBefore(changed, realm.getNotBefore())
          ? List.of(
              new Endings("REALM_NOT_BEFORE", now)
                  .realmNotBefore(realm.getId(), realm.getNotBefore()))
          : List.of();
    }
    return List.of();
  }

  private static boolean hasNotBefore(Set<String> changed, int notBefore) {
    return changed.contains(NOT_BEFORE) && notBefore > 0;
  }
}

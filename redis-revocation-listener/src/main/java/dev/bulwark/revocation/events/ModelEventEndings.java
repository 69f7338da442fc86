package dev.bulwark.revocation.events;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.SessionType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderEvent;

/**
 * Which endings a change of the model gives. These events come for every way to make the change:
 * admin REST, dynamic registration, workflows, imports.
 */
public final class ModelEventEndings {

  private static final String ROLE_REVOKED = "ROLE_REVOKED";
  private static final String GROUP_LEFT = "GROUP_LEFT";

  private ModelEventEndings() {}

  /**
   * Whether an ending ends offline sessions at most: a directory can send many of these at once.
   */
  public static boolean isAboutOfflineAccess(Ending ending) {
    return ending.cause().equals(ROLE_REVOKED) || ending.cause().equals(GROUP_LEFT);
  }

  /**
   * The endings, none for most events.
   *
   * @param now milliseconds since 1970
   */
  public static List<Ending> of(ProviderEvent event, long now) {
    if (event instanceof UserModel.UserRemovedEvent removed) {
      return List.of(
          new Endings("USER_REMOVED", now)
              .user(removed.getRealm().getId(), removed.getUser().getId()));
    }
    if (event instanceof UserModel.UserPreRemovedEvent removed) {
      // The SCIM API, organizations and imports send this one only.
      return List.of(
          new Endings("USER_REMOVED", now)
              .user(removed.getRealm().getId(), removed.getUser().getId()));
    }
    if (event instanceof ClientModel.ClientRemovedEvent removed) {
      ClientModel client = removed.getClient();
      return List.of(
          new Endings("CLIENT_REMOVED", now).client(client.getRealm().getId(), client.getId()));
    }
    if (event instanceof ClientModel.ClientUpdatedEvent updated) {
      return clientUpdated(updated.getUpdatedClient(), now);
    }
    if (event instanceof ClientModel.ClientIdChangeEvent renamed) {
      ClientModel client = renamed.getUpdatedClient();
      return List.of(
          new Endings("CLIENT_RENAMED", now).client(client.getRealm().getId(), client.getId()));
    }
    if (event instanceof RoleModel.RoleRevokedEvent revoked) {
      return maybeWithoutOfflineAccess(revoked.getRealm(), revoked.getUser(), ROLE_REVOKED, now);
    }
    if (event instanceof GroupModel.GroupMemberLeaveEvent left) {
      return maybeWithoutOfflineAccess(left.getRealm(), left.getUser(), GROUP_LEFT, now);
    }
    if (event instanceof RealmModel.RealmRemovedEvent removed) {
      return List.of(new Endings("REALM_REMOVED", now).realm(removed.getRealm().getId()));
    }
    if (event instanceof RealmModel.IdentityProviderRemovedEvent removed) {
      // Ends the sessions that came through it; which ones, only Keycloak can tell.
      return List.of(
          new Endings("IDENTITY_PROVIDER_REMOVED", now)
              .verifyRealm(removed.getRealm().getId(), SessionType.ALL));
    }
    return List.of();
  }

  /** The session in whose transaction the change is made; null for other events. */
  public static @Nullable KeycloakSession session(ProviderEvent event) {
    if (event instanceof UserModel.UserRemovedEvent removed) {
      return removed.getKeycloakSession();
    }
    if (event instanceof UserModel.UserPreRemovedEvent removed) {
      return removed.getKeycloakSession();
    }
    if (event instanceof ClientModel.ClientRemovedEvent removed) {
      return removed.getKeycloakSession();
    }
    if (event instanceof ClientModel.ClientUpdatedEvent updated) {
      return updated.getKeycloakSession();
    }
    if (event instanceof ClientModel.ClientIdChangeEvent renamed) {
      return renamed.getKeycloakSession();
    }
    if (event instanceof RoleModel.RoleRevokedEvent revoked) {
      return revoked.getKeycloakSession();
    }
    if (event instanceof GroupModel.GroupMemberLeaveEvent left) {
      return left.getKeycloakSession();
    }
    if (event instanceof RealmModel.IdentityProviderRemovedEvent removed) {
      return removed.getKeycloakSession();
    }
    return event instanceof RealmModel.RealmRemovedEvent removed
        ? removed.getKeycloakSession()
        : null;
  }

  /** By a workflow, a directory or an identity provider too, which send no admin event. */
  private static List<Ending> maybeWithoutOfflineAccess(
      RealmModel realm, UserModel user, String cause, long now) {
    return List.of(new Endings(cause, now).user(realm.getId(), user.getId()));
  }

  private static List<Ending> clientUpdated(ClientModel client, long now) {
    String realmId = client.getRealm().getId();
    List<Ending> endings = new ArrayList<>();
    if (!client.isEnabled()) {
      endings.add(new Endings("CLIENT_DISABLED", now).client(realmId, client.getId()));
    } else if (client.getNotBefore() > 0) {
      endings.add(
          new Endings("CLIENT_NOT_BEFORE", now)
              .clientNotBefore(realmId, client.getId(), client.getNotBefore()));
    }
    return endings;
  }
}

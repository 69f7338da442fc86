package dev.bulwark.revocation.events;

import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.Scopes;
import dev.bulwark.revocation.rules.SessionType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderEvent;

/**
 * Which scopes a change of the model gives. These events come for every way to make the change:
 * admin REST, dynamic registration, workflows, imports.
 */
public final class ModelEventScopes {

  private ModelEventScopes() {}

  /**
   * The scopes, none for most events.
   *
   * @param now milliseconds since 1970
   */
  public static List<RevocationScope> of(ProviderEvent event, long now) {
    if (event instanceof UserModel.UserRemovedEvent removed) {
      return List.of(
          new Scopes("USER_REMOVED", now)
              .user(removed.getRealm().getId(), removed.getUser().getId()));
    }
    if (event instanceof ClientModel.ClientRemovedEvent removed) {
      ClientModel client = removed.getClient();
      return List.of(
          new Scopes("CLIENT_REMOVED", now).client(client.getRealm().getId(), client.getId()));
    }
    if (event instanceof ClientModel.ClientUpdatedEvent updated) {
      return clientUpdated(updated.getUpdatedClient(), now);
    }
    if (event instanceof RealmModel.RealmRemovedEvent removed) {
      return List.of(new Scopes("REALM_REMOVED", now).realm(removed.getRealm().getId()));
    }
    if (event instanceof RealmModel.IdentityProviderRemovedEvent removed) {
      // Ends the sessions that came through it; which ones, only Keycloak can tell.
      return List.of(
          new Scopes("IDENTITY_PROVIDER_REMOVED", now)
              .realmInDoubt(removed.getRealm().getId(), SessionType.ALL));
    }
    return List.of();
  }

  /** The session in whose transaction the change is made; null for other events. */
  public static @Nullable KeycloakSession session(ProviderEvent event) {
    if (event instanceof UserModel.UserRemovedEvent removed) {
      return removed.getKeycloakSession();
    }
    if (event instanceof ClientModel.ClientRemovedEvent removed) {
      return removed.getKeycloakSession();
    }
    if (event instanceof ClientModel.ClientUpdatedEvent updated) {
      return updated.getKeycloakSession();
    }
    if (event instanceof RealmModel.IdentityProviderRemovedEvent removed) {
      return removed.getKeycloakSession();
    }
    return event instanceof RealmModel.RealmRemovedEvent removed
        ? removed.getKeycloakSession()
        : null;
  }

  private static List<RevocationScope> clientUpdated(ClientModel client, long now) {
    String realmId = client.getRealm().getId();
    List<RevocationScope> scopes = new ArrayList<>();
    if (!client.isEnabled()) {
      scopes.add(new Scopes("CLIENT_DISABLED", now).client(realmId, client.getId()));
    } else if (client.getNotBefore() > 0) {
      scopes.add(
          new Scopes("CLIENT_NOT_BEFORE", now)
              .clientNotBefore(realmId, client.getId(), client.getNotBefore()));
    }
    return scopes;
  }
}

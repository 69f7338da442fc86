package dev.bulwark.apikey.provider;

import dev.bulwark.apikey.client.ClientKeyListener;
import dev.bulwark.apikey.credential.ImportedKeys;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.store.ApiKeyIndex;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.storage.StoreSyncEvent;

/**
 * Removes the keys of an owner that is deleted; {@link ClientKeyListener} does it for clients.
 * Keeps the note that a realm has imported keys.
 */
final class OwnerListener {

  private OwnerListener() {}

  /** Runs in the transaction of the change. */
  static void onEvent(ProviderEvent event) {
    if (event instanceof UserModel.UserRemovedEvent removed) {
      new ApiKeyIndex(removed.getKeycloakSession())
          .removeOwner(removed.getRealm().getId(), OwnerType.USER, removed.getUser().getId());
    } else if (event instanceof RealmModel.RealmRemovedEvent removed) {
      new ApiKeyIndex(removed.getKeycloakSession()).removeRealm(removed.getRealm().getId());
    } else if (event instanceof StoreSyncEvent changed) {
      // Keycloak has no event of its own for a changed realm; this one follows each change.
      if (!changed.getRemoved()) {
        ImportedKeys.keep(changed.getSession(), changed.getRealm());
      }
    } else {
      ClientKeyListener.onEvent(event);
    }
  }
}

package dev.bulwark.apikey.service;

import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import dev.bulwark.contract.ApiKeyActions;
import dev.bulwark.contract.ApiKeyDetails;
import java.util.List;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderEvent;

/** What the change of a client, by whatever way, means for its keys. */
final class ClientWatch {

  private ClientWatch() {}

  /** Runs in the transaction of the change. */
  static void onEvent(ProviderEvent event) {
    if (event instanceof ClientModel.ClientUpdatedEvent updated) {
      updated(updated.getKeycloakSession(), updated.getUpdatedClient());
    }
  }

  private static void updated(KeycloakSession session, ClientModel client) {
    ClientMarks.protect(session, client);
    ClientKeyVersion.written(client);
    if (client.isEnabled()) {
      return;
    }
    // Other clients may hold tokens exchanged for its keys, which Keycloak itself goes on
    // honouring.
    RealmModel realm = client.getRealm();
    List<ApiKeyEntity> rows =
        new ApiKeyIndex(session).ofOwner(realm.getId(), OwnerType.CLIENT, client.getId());
    for (ApiKeyEntity row : rows) {
      disabled(new EventBuilder(realm, session), client, row.getId());
    }
  }

  /** The key is refused and its tokens are dead. */
  private static void disabled(EventBuilder event, ClientModel owner, String keyId) {
    event
        .event(EventType.UPDATE_CREDENTIAL)
        .client(owner)
        .detail(Details.CREDENTIAL_TYPE, ApiKeyCredentialModel.TYPE)
        .detail(ApiKeyDetails.CLIENT, owner.getClientId())
        .detail(ApiKeyDetails.KEY, keyId)
        .detail(ApiKeyDetails.DEAD_KEY, keyId)
        .detail(Details.CREDENTIAL_ID, keyId)
        .detail(ApiKeyDetails.ACTION, ApiKeyActions.OWNER_DISABLED)
        .success();
  }
}

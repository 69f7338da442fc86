package dev.bulwark.apikey.client;

import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import dev.bulwark.contract.ApiKeyActions;
import dev.bulwark.contract.ApiKeyDetails;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.utils.KeycloakSessionUtil;

/**
 * Updates the keys of a client in the transaction of each change of the client. With a deleted
 * client its keys are deleted, an import creates its keys, and a disabled client ends their tokens.
 */
public final class ClientKeyListener {

  /** Session attribute: ids of clients made in this session, whose attributes are not set yet. */
  private static final String NEW_CLIENTS = "bulwark.api-key.new-clients";

  private ClientKeyListener() {}

  /** Handles an event of a client; ignores any other. */
  public static void onEvent(ProviderEvent event) {
    if (event instanceof ClientModel.ClientRemovedEvent removed) {
      ClientModel client = removed.getClient();
      new ApiKeyIndex(removed.getKeycloakSession())
          .removeOwner(client.getRealm().getId(), OwnerType.CLIENT, client.getId());
    } else if (event instanceof ClientModel.ClientCreationEvent created) {
      created(KeycloakSessionUtil.getKeycloakSession(), created.getCreatedClient());
    } else if (event instanceof ClientModel.ClientUpdatedEvent updated) {
      updated(updated.getKeycloakSession(), updated.getUpdatedClient());
    }
  }

  private static void created(@Nullable KeycloakSession session, ClientModel client) {
    if (session != null) {
      Set<String> made = newClients(session);
      if (made == null) {
        made = new HashSet<>();
        session.setAttribute(NEW_CLIENTS, made);
      }
      made.add(client.getId());
    }
  }

  private static void updated(KeycloakSession session, ClientModel client) {
    writeCopies(session, client);
    ClientKeyPermissions.protect(session, client);
    ClientKeyVersion.written(client);
    if (!client.isEnabled()) {
      endTokens(session, client);
    }
  }

  private static void writeCopies(KeycloakSession session, ClientModel client) {
    Set<String> made = newClients(session);
    ClientKeyAttributes attributes = new ClientKeyAttributes(session);
    if (made == null || !made.remove(client.getId())) {
      attributes.repair(client);
    } else if (ClientKeyPermissions.isRegistration(session.getContext())) {
      attributes.drop(client);
    } else {
      attributes.restore(client);
    }
  }

  /** Other clients may hold tokens exchanged for the client's keys, which Keycloak itself keeps. */
  private static void endTokens(KeycloakSession session, ClientModel client) {
    RealmModel realm = client.getRealm();
    List<ApiKeyEntity> rows =
        new ApiKeyIndex(session).ofOwner(realm.getId(), OwnerType.CLIENT, client.getId());
    for (ApiKeyEntity row : rows) {
      disabled(new EventBuilder(realm, session), client, row.getId());
    }
  }

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

  @SuppressWarnings("unchecked")
  private static @Nullable Set<String> newClients(KeycloakSession session) {
    return session.getAttribute(NEW_CLIENTS, Set.class);
  }
}

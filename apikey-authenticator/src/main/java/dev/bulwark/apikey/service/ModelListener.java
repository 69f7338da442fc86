package dev.bulwark.apikey.service;

import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.store.ApiKeyIndex;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.utils.KeycloakSessionUtil;

/** Keeps keys in step with their owners: what is deleted takes them along, imports bring them. */
final class ModelListener {

  /** Session attribute: ids of clients made in this session, whose attributes are not set yet. */
  private static final String NEW_CLIENTS = "bulwark.api-key.new-clients";

  private static final String SELF_REGISTRATION = "/clients-registrations/";

  private ModelListener() {}

  static void onEvent(ProviderEvent event) {
    if (event instanceof UserModel.UserRemovedEvent removed) {
      new ApiKeyIndex(removed.getKeycloakSession())
          .removeOwner(removed.getRealm().getId(), OwnerType.USER, removed.getUser().getId());
    } else if (event instanceof ClientModel.ClientRemovedEvent removed) {
      ClientModel client = removed.getClient();
      new ApiKeyIndex(removed.getKeycloakSession())
          .removeOwner(client.getRealm().getId(), OwnerType.CLIENT, client.getId());
    } else if (event instanceof RealmModel.RealmRemovedEvent removed) {
      new ApiKeyIndex(removed.getKeycloakSession()).removeRealm(removed.getRealm().getId());
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
    Set<String> made = newClients(session);
    ClientKeyAttributes attributes = new ClientKeyAttributes(session);
    if (made == null || !made.remove(client.getId())) {
      attributes.repair(client);
    } else if (isSelfRegistration(session)) {
      attributes.drop(client);
    } else {
      attributes.restore(client);
    }
  }

  /** An import at the start of the server has no request, and no connection to ask for one. */
  private static boolean isSelfRegistration(KeycloakSession session) {
    KeycloakContext context = session.getContext();
    return context.getConnection().getRemoteAddr() != null
        && context.getHttpRequest().getUri().getPath().contains(SELF_REGISTRATION);
  }

  @SuppressWarnings("unchecked")
  private static @Nullable Set<String> newClients(KeycloakSession session) {
    return session.getAttribute(NEW_CLIENTS, Set.class);
  }
}

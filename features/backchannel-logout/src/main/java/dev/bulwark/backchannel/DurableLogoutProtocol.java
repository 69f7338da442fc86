package dev.bulwark.backchannel;

import dev.bulwark.backchannel.outbox.EndedClientSession;
import dev.bulwark.backchannel.outbox.RealmSwitch;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.session.PersistentAuthenticatedClientSessionAdapter;
import org.keycloak.protocol.oidc.OIDCAdvancedConfigWrapper;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.OIDCProviderConfig;
import org.keycloak.storage.StorageId;

/**
 * Keycloak's OpenID Connect, with logout notices in place of calls. The notice is in the
 * transaction of the logout: it is there when, and only when, the session has ended.
 */
final class DurableLogoutProtocol extends OIDCLoginProtocol {

  DurableLogoutProtocol(OIDCProviderConfig config) {
    super(config);
  }

  @Override
  public Response backchannelLogout(
      UserSessionModel userSession, AuthenticatedClientSessionModel clientSession) {
    if (!isStored(realm, clientSession.getClient())) {
      return super.backchannelLogout(userSession, clientSession);
    }
    Notices.of(session).add(ended(userSession, clientSession));
    // As of a client that has answered: the logout does not depend on the delivery any more.
    return Response.ok().build();
  }

  /**
   * Whether a notice for a client is stored. The tables have no room for the longer id of a client
   * of another store, and Keycloak's own tables of sessions do not name it.
   */
  static boolean isStored(RealmModel realm, ClientModel client) {
    String url = OIDCAdvancedConfigWrapper.fromClientModel(client).getBackchannelLogoutUrl();
    return url != null
        && !url.isBlank()
        && RealmSwitch.isOn(realm)
        && new StorageId(client.getId()).isLocal();
  }

  private EndedClientSession ended(
      UserSessionModel userSession, AuthenticatedClientSessionModel clientSession) {
    @Nullable UserModel user = userSession.getUser();
    return new EndedClientSession(
        realm.getId(),
        clientSession.getClient().getId(),
        userSession.getId(),
        user == null ? null : user.getId(),
        userSession.isOffline(),
        clientSession.getTimestamp(),
        new PersistentAuthenticatedClientSessionAdapter(session, clientSession)
            .getUpdatedModel()
            .getData());
  }
}

package dev.bulwark.apikey.client;

import dev.bulwark.factory.ServedRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * The attributes by which an administrator says what a client may do with keys. Keycloak's client
 * registration takes any attribute from whoever has an initial or a registration access token: what
 * a client says of itself there changes none of these.
 */
final class ClientKeyPermissions {

  private static final List<String> NAMES =
      List.of("api-key.manage", VerifyCallers.ATTRIBUTE, VerifyCallers.ADDRESS_HEADER);

  private static final String REGISTRATION = "/clients-registrations/";

  private ClientKeyPermissions() {}

  /** Takes back what a registration has changed, in its transaction. */
  static void protect(KeycloakSession session, ClientModel client) {
    if (!isRegistration(session.getContext())) {
      return;
    }
    Map<String, @Nullable String> now = marks(client);
    String realmId = client.getRealm().getId();
    String id = client.getId();
    Map<String, @Nullable String> before =
        KeycloakModelUtils.runJobInTransactionWithResult(
            session.getKeycloakSessionFactory(), other -> committed(other, realmId, id));
    for (String name : NAMES) {
      String was = before.get(name);
      if (Objects.equals(was, now.get(name))) {
        continue;
      }
      if (was == null) {
        client.removeAttribute(name);
      } else {
        client.setAttribute(name, was);
      }
    }
  }

  /** Without a request, as in an import at the start, there is no connection either. */
  static boolean isRegistration(KeycloakContext context) {
    @Nullable HttpRequest request = ServedRequest.of(context);
    return request != null
        && context.getConnection().getRemoteAddr() != null
        && request.getUri().getPath().contains(REGISTRATION);
  }

  /** What another transaction sees; nothing of a client that is being made. */
  private static Map<String, @Nullable String> committed(
      KeycloakSession session, String realmId, String id) {
    RealmModel realm = session.realms().getRealm(realmId);
    ClientModel client = realm == null ? null : realm.getClientById(id);
    return client == null ? new HashMap<>() : marks(client);
  }

  private static Map<String, @Nullable String> marks(ClientModel client) {
    Map<String, @Nullable String> marks = new HashMap<>();
    NAMES.forEach(name -> marks.put(name, client.getAttribute(name)));
    return marks;
  }
}

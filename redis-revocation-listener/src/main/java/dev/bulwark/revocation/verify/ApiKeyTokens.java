package dev.bulwark.revocation.verify;

import dev.bulwark.factory.RealmSwitches;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * The stored data of API keys, read past the providers of users: a key can be judged while the
 * store of its owner is down.
 */
final class ApiKeyTokens {

  /** Keys of users. Entities by name: their classes are in other modules. */
  private static final List<String> OF_USERS =
      List.of(
          "select c.credentialData from CredentialEntity c where c.id = :id and c.type = 'api-key'",
          "select c.credentialData from FederatedUserCredentialEntity c where c.id = :id"
              + " and c.type = 'api-key'");

  private static final String OF_CLIENT =
      "select k.data from ApiKeyEntity k where k.id = :id and k.ownerType = 'client'";
  private static final String OWNER =
      "select k.ownerId from ApiKeyEntity k where k.id = :id and k.ownerType = 'client'";

  private ApiKeyTokens() {}

  /**
   * JSON with the data of a key.
   *
   * @return null if there is no such key, if the realm has no API keys (any more), or if the client
   *     that owns it is gone or disabled (a user is judged by the token's own)
   */
  static @Nullable String data(KeycloakSession session, RealmModel realm, String keyId) {
    if (!RealmSwitches.hasApiKeys(realm)) {
      return null;
    }
    EntityManager entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
    for (String place : OF_USERS) {
      String data = first(entities, place, keyId);
      if (data != null) {
        return data;
      }
    }
    String owner = first(entities, OWNER, keyId);
    ClientModel client = owner == null ? null : realm.getClientById(owner);
    return client != null && client.isEnabled() ? first(entities, OF_CLIENT, keyId) : null;
  }

  /** A stored text, empty for null; null if there is no row. */
  private static @Nullable String first(EntityManager entities, String query, String keyId) {
    List<@Nullable String> found =
        entities.createQuery(query, String.class).setParameter("id", keyId).getResultList();
    if (found.isEmpty()) {
      return null;
    }
    String text = found.get(0);
    return text == null ? "" : text;
  }
}

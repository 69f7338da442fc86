package dev.bulwark.it.importing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The lists of the shipped realm that are empty. They are there for {@code bulwark-realm diff},
 * which compares only what a file has.
 */
final class EmptyLists {

  private EmptyLists() {}

  /** Removes them from a realm: what is left says the same to an import. */
  static void removeFrom(ObjectNode realm) {
    removeEmpty(realm, "groups");
    ObjectNode components = (ObjectNode) realm.get("components");
    List.of("org.keycloak.storage.UserStorageProvider", "org.keycloak.keys.KeyProvider")
        .forEach(type -> removeEmpty(components, type));
    for (String list : List.of("clients", "clientScopes")) {
      realm.get(list).forEach(item -> removeEmpty((ObjectNode) item, "protocolMappers"));
    }
  }

  private static void removeEmpty(ObjectNode object, String field) {
    JsonNode list = object.path(field);
    if (list.isArray() && list.isEmpty()) {
      object.remove(field);
    }
  }
}

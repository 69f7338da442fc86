package dev.bulwark.realm.diff;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;

/** Tells what Keycloak itself creates in a realm, so that a file need not list it. */
final class KeycloakItems {

  private static final Set<String> CLIENTS =
      Set.of(
          "account",
          "account-console",
          "admin-cli",
          "broker",
          "realm-management",
          "security-admin-console");

  private static final String KEYS = "components.org.keycloak.keys.KeyProvider";

  /** Name → provider of the keys that Keycloak generates for a realm whose file has none. */
  private static final Map<String, String> GENERATED_KEYS =
      Map.of(
          "rsa-generated", "rsa-generated",
          "rsa-enc-generated", "rsa-enc-generated",
          "hmac-generated-hs512", "hmac-generated",
          "aes-generated", "aes-generated");

  private final Set<String> roles;

  KeycloakItems(String realm) {
    this.roles = Set.of("default-roles-" + realm, "offline_access", "uma_authorization");
  }

  /**
   * Returns whether Keycloak creates an item.
   *
   * @param list path of the list that contains it
   */
  boolean creates(String list, String key, JsonNode item) {
    return switch (list) {
      case "clients" -> CLIENTS.contains(key);
      case "roles.realm" -> roles.contains(key);
      case "authenticationFlows" -> item.path("builtIn").asBoolean();
      case "requiredActions" -> true;
      case "clientScopeMappings.account" -> key.equals("account-console");
      // The name alone proves nothing: anybody may give it to a key of their own.
      case KEYS -> item.path("providerId").asText().equals(GENERATED_KEYS.get(key));
      default -> CLIENTS.stream().anyMatch(client -> list.equals("roles.client." + client));
    };
  }
}

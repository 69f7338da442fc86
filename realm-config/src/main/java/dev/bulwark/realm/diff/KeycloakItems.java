package dev.bulwark.realm.diff;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells what Keycloak itself creates in a realm, so that a file need not list it, and what its
 * partial export leaves out.
 */
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

  /** Settings of steps of built-in flows. A step that uses one is a difference of its flow. */
  private static final Set<String> STEP_SETTINGS =
      Set.of(
          "browser-conditional-credential",
          "create unique user config",
          "first-broker-login-conditional-credential",
          "review profile config");

  /** Optional scopes that the feature "ssf" gives every realm. */
  private static final Set<String> SSF_SCOPES = Set.of("ssf.read", "ssf.manage");

  /** Settings of components that no form shows: the partial export has only those of forms. */
  private static final Pattern HIDDEN =
      Pattern.compile(
          "components\\.org\\.keycloak\\.("
              + "keys\\.KeyProvider\\[.*]\\.config"
              + "\\.(\\w*(privateKey|PrivateKey|PublicKey)|certificate|secret|kid|keyUse)"
              + "|storage\\.UserStorageProvider\\[.*]\\.config\\.lastSync)");

  private static final String ROLES_OF_CLIENT = "roles.client.";

  /** Roles of the client "account" that Keycloak gives every user, if it creates that client. */
  private static final Set<String> ACCOUNT_ROLES = Set.of("view-profile", "manage-account");

  private final Set<String> roles;
  private final String accountRoles;
  private final Set<String> listedClients = new HashSet<>();
  private final Set<String> authorizationServices = new HashSet<>();

  /**
   * Prepares the answers for a realm.
   *
   * @param file the representation whose clients decide what Keycloak adds
   */
  KeycloakItems(String realm, JsonNode file) {
    // Keycloak writes it in lower case, whatever the realm's name is.
    String defaultRoles = "default-roles-" + realm.toLowerCase(Locale.ROOT);
    this.roles = Set.of(defaultRoles, "offline_access", "uma_authorization");
    this.accountRoles = "roles.realm[" + defaultRoles + "].composites.client.account";
    for (JsonNode client : file.path("clients")) {
      String id = client.path("clientId").asText();
      listedClients.add(id);
      if (client.path("authorizationServicesEnabled").asBoolean()) {
        authorizationServices.add(ROLES_OF_CLIENT + id);
      }
    }
  }

  /**
   * Returns whether Keycloak creates an item.
   *
   * @param list path of the list that contains it
   */
  boolean creates(String list, String key, JsonNode item) {
    return switch (list) {
      case "clients" -> CLIENTS.contains(key);
      // One that puts something into tokens is not as Keycloak made it.
      case "clientScopes" -> SSF_SCOPES.contains(key) && item.path("protocolMappers").isEmpty();
      case "roles.realm" -> roles.contains(key);
      case "authenticationFlows" -> item.path("builtIn").asBoolean();
      case "authenticatorConfig" -> STEP_SETTINGS.contains(key);
      case "requiredActions" -> true;
      case "clientScopeMappings.account" -> key.equals("account-console");
      // The name alone proves nothing: anybody may give it to a key of their own.
      case KEYS -> item.path("providerId").asText().equals(GENERATED_KEYS.get(key));
      default ->
          CLIENTS.stream().anyMatch(client -> list.equals(ROLES_OF_CLIENT + client))
              || (key.equals("uma_protection") && authorizationServices.contains(list));
    };
  }

  /** Returns the scopes that Keycloak makes optional in a realm whose file does not name them. */
  static Set<String> optionalScopes(String path) {
    return path.equals("defaultOptionalClientScopes") ? SSF_SCOPES : Set.of();
  }

  /** Returns whether the export of a running server lacks a setting that it has. */
  static boolean hides(String path) {
    return path.equals("organizations") || HIDDEN.matcher(path).matches();
  }

  /**
   * Returns whether Keycloak gives a role others of itself.
   *
   * @param path of the names of the others, which the file does not have
   * @param names of the others
   */
  boolean adds(String path, Set<String> names) {
    return path.equals(accountRoles)
        && names.equals(ACCOUNT_ROLES)
        && !listedClients.contains("account");
  }
}

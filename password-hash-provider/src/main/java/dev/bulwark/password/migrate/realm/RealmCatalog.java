package dev.bulwark.password.migrate.realm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.password.migrate.row.MigrationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * What a realm has that users and keys name. Keycloak's import does not check it: it makes a role
 * that is not there, and a key has silently less scopes.
 *
 * @param roles names of realm roles
 * @param scopes names of client scopes
 * @param providers aliases of identity providers
 * @param disabledProviders those of them at which nobody can log in
 * @param profile what the realm asks of users
 * @param loginWithEmail whether users may log in with their address
 */
public record RealmCatalog(
    Set<String> roles,
    Set<String> scopes,
    Set<String> providers,
    Set<String> disabledProviders,
    ProfileRules profile,
    boolean loginWithEmail) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads a realm.
   *
   * @param source a file with the realm's JSON, or the URL of its admin API ({@code
   *     https://HOST/admin/realms/NAME})
   * @param token for the URL; empty for none
   * @throws MigrationException where it cannot be read
   */
  public static RealmCatalog read(String source, String token) throws IOException {
    if (source.startsWith("http://") || source.startsWith("https://")) {
      return new RealmRequests(source, token).catalog();
    }
    JsonNode realm;
    try {
      realm = JSON.readTree(Files.readAllBytes(Path.of(source)));
    } catch (JsonProcessingException e) {
      throw new MigrationException(source + " is not JSON");
    }
    return ofRepresentation(source, realm);
  }

  private static RealmCatalog ofRepresentation(String source, JsonNode realm) throws IOException {
    JsonNode roles = realm.path("roles").path("realm");
    JsonNode scopes = realm.path("clientScopes");
    if (!roles.isArray() || !scopes.isArray()) {
      throw new MigrationException(
          source + " has no roles or client scopes: it is no export of a realm");
    }
    JsonNode profile =
        realm
            .path("components")
            .path("org.keycloak.userprofile.UserProfileProvider")
            .path(0)
            .path("config")
            .path("kc.user.profile.config")
            .path(0);
    boolean ascii = hasAsciiAddresses(realm);
    boolean inVain = confirmsInVain(realm);
    return new RealmCatalog(
        names(roles, "name"),
        names(scopes, "name"),
        names(realm.path("identityProviders"), "alias"),
        disabled(realm.path("identityProviders")),
        profile.isTextual()
            ? ProfileRules.of(JSON.readTree(profile.textValue()), ascii, inVain)
            : ProfileRules.keycloaks(ascii, inVain),
        isLoginWithEmail(realm));
  }

  /** The aliases of providers that are off; the shipped file has placeholders with a default. */
  static Set<String> disabled(JsonNode providers) {
    Set<String> disabled = new HashSet<>();
    for (JsonNode provider : providers) {
      if (provider.path("enabled").asText().matches("false|\\$\\{.*:false}")) {
        disabled.add(provider.path("alias").asText());
      }
    }
    return disabled;
  }

  /** Keycloak's default is true. */
  static boolean isLoginWithEmail(JsonNode realm) {
    return realm.path("loginWithEmailAllowed").asBoolean(true);
  }

  /** Keycloak lets everything be where a realm has no mail server. */
  static boolean hasAsciiAddresses(JsonNode realm) {
    JsonNode smtp = realm.path("smtpServer");
    // The shipped file has a placeholder, whose default ends with "true}".
    return !smtp.isEmpty() && !smtp.path("allowutf8").asText().matches("true|\\$\\{.*:true}");
  }

  /** Whether users must confirm their address, and no mail can reach them. */
  static boolean confirmsInVain(JsonNode realm) {
    return realm.path("verifyEmail").asBoolean()
        && realm.path("smtpServer").path("host").asText().isBlank();
  }

  /** The texts of a field of the elements. */
  public static Set<String> names(JsonNode list, String field) {
    Set<String> names = new HashSet<>();
    list.forEach(element -> names.add(element.path(field).asText()));
    return names;
  }
}

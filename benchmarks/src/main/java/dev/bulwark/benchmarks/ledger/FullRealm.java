package dev.bulwark.benchmarks.ledger;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The realm that is measured, and the forms for its token endpoint. Access tokens live for 15
 * minutes and refresh tokens are rotated, as in the shipped realm: each refresh writes the session.
 * But a used refresh token works again, so that the caller has nothing to remember. The password
 * hash costs nothing beside the rest.
 */
final class FullRealm {

  static final String NAME = "full";
  static final String CLIENT = "bench";

  /** Services beside the one: tokens of two services share no row of the ledger. */
  static final int SERVICES = 200;

  private static final String SERVICE = "bench-service";
  private static final String SECRET = "bench-service-secret";
  private static final String PASSWORD = "correct-dev-battery";
  private static final int TEN_HOURS = 36_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private FullRealm() {}

  /** Writes the file for {@code --import-realm}. */
  static Path write(Path folder, int callers) throws IOException {
    ObjectNode realm = JSON.createObjectNode();
    realm.put("realm", NAME).put("enabled", true).put("bruteForceProtected", false);
    realm.put("sslRequired", "none").put("accessTokenLifespan", 900);
    realm.put("revokeRefreshToken", true).put("refreshTokenMaxReuse", 1_000_000);
    realm.put("ssoSessionIdleTimeout", TEN_HOURS).put("ssoSessionMaxLifespan", TEN_HOURS);
    realm.put("passwordPolicy", "hashAlgorithm(pbkdf2-sha256) and hashIterations(1)");
    ArrayNode clients = realm.putArray("clients");
    clients
        .addObject()
        .put("clientId", CLIENT)
        .put("publicClient", true)
        .put("directAccessGrantsEnabled", true)
        .put("enabled", true);
    addService(clients, SERVICE);
    for (int i = 0; i < SERVICES; i++) {
      addService(clients, service(i));
    }
    ArrayNode users = realm.putArray("users");
    for (int i = 0; i < callers; i++) {
      ObjectNode user = users.addObject();
      user.put("username", user(i)).put("enabled", true);
      user.put("firstName", "Bench").put("lastName", "User");
      user.put("email", user(i) + "@example.org").put("emailVerified", true);
      user.putArray("credentials").addObject().put("type", "password").put("value", PASSWORD);
    }
    return Files.writeString(folder.resolve(NAME + "-realm.json"), JSON.writeValueAsString(realm));
  }

  private static void addService(ArrayNode clients, String clientId) {
    clients
        .addObject()
        .put("clientId", clientId)
        .put("secret", SECRET)
        .put("serviceAccountsEnabled", true)
        .put("standardFlowEnabled", false)
        .put("enabled", true);
  }

  private static String service(int number) {
    return SERVICE + "-" + number;
  }

  private static String user(int number) {
    return "caller-" + number;
  }

  static String clientCredentials() {
    return clientCredentials(SERVICE);
  }

  /**
   * The form of one of many services.
   *
   * @param number 0 to {@link #SERVICES} - 1
   */
  static String clientCredentials(int number) {
    return clientCredentials(service(number));
  }

  private static String clientCredentials(String client) {
    return form(
        Map.of("grant_type", "client_credentials", "client_id", client, "client_secret", SECRET));
  }

  static String login(int caller) {
    return form(
        Map.of(
            "grant_type",
            "password",
            "client_id",
            CLIENT,
            "username",
            user(caller),
            "password",
            PASSWORD));
  }

  static String refresh(String refreshToken) {
    return form(
        Map.of("grant_type", "refresh_token", "client_id", CLIENT, "refresh_token", refreshToken));
  }

  private static String form(Map<String, String> fields) {
    return new TreeMap<>(fields)
        .entrySet().stream()
            .map(
                field ->
                    field.getKey()
                        + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
  }
}

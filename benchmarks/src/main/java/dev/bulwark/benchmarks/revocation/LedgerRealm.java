package dev.bulwark.benchmarks.revocation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A realm whose logins cost little beside what is measured: a cheap password hash, and refresh
 * tokens that are not rotated, so that one can be used again and again.
 *
 * @param name of the realm
 */
record LedgerRealm(String name) {

  static final LedgerRealm QUIET = new LedgerRealm("bench-quiet");

  static final String SERVICE = "bench-service";

  /** As {@link #SERVICE}, but its tokens have a place in a token status list. */
  static final String LISTED = "bench-listed";

  static final String SECRET = "bench-service-secret";
  static final String CLIENT = "bench";
  static final String PASSWORD = "correct-dev-battery";
  static final int USERS = 16;

  private static final ObjectMapper JSON = new ObjectMapper();

  static String user(int number) {
    return "user-" + number % USERS;
  }

  /** Writes the file for {@code --import-realm}. */
  Path writeTo(Path folder) throws IOException {
    ObjectNode realm = JSON.createObjectNode();
    realm.put("realm", name).put("enabled", true).put("bruteForceProtected", false);
    realm.put("sslRequired", "none").put("revokeRefreshToken", false);
    realm.put("accessTokenLifespan", 3600).put("eventsEnabled", false);
    realm.put("passwordPolicy", "hashAlgorithm(pbkdf2-sha256) and hashIterations(1)");
    ArrayNode clients = realm.putArray("clients");
    clients
        .addObject()
        .put("clientId", CLIENT)
        .put("publicClient", true)
        .put("directAccessGrantsEnabled", true)
        .put("enabled", true);
    for (String service : List.of(SERVICE, LISTED)) {
      clients
          .addObject()
          .put("clientId", service)
          .put("secret", SECRET)
          .put("serviceAccountsEnabled", true)
          .put("standardFlowEnabled", false)
          .put("enabled", true)
          .putObject("attributes")
          .put("token-status", Boolean.toString(service.equals(LISTED)));
    }
    ArrayNode users = realm.putArray("users");
    for (int i = 0; i < USERS; i++) {
      ObjectNode user = users.addObject();
      user.put("username", user(i)).put("enabled", true);
      user.put("firstName", "Bench").put("lastName", "User");
      user.put("email", user(i) + "@example.org").put("emailVerified", true);
      user.putArray("credentials").addObject().put("type", "password").put("value", PASSWORD);
    }
    return Files.writeString(folder.resolve(name + "-realm.json"), JSON.writeValueAsString(realm));
  }
}

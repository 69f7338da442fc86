package dev.bulwark.benchmarks.limiter;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A realm without stored events. Its logins cost little beside what is measured.
 *
 * @param name of the realm
 * @param limit attempts a minute by address and by account; 0 for no limit
 */
record LimitRealm(String name, int limit) {

  private static final String CHEAP = "hashAlgorithm(pbkdf2-sha256) and hashIterations(1)";

  /** So many that nobody is refused. */
  static final LimitRealm LIMITED = new LimitRealm("bench-limited", 10_000);

  static final LimitRealm FREE = new LimitRealm("bench-free", 0);

  static final List<LimitRealm> ALL = List.of(LIMITED, FREE);

  static final String CLIENT = "bench";
  static final String PASSWORD = "correct-dev-battery";
  static final int USERS = 50;

  private static final ObjectMapper JSON = new ObjectMapper();

  static String user(int number) {
    return "user-" + number % USERS;
  }

  /** Writes the file for {@code --import-realm}. */
  Path writeTo(Path folder) throws IOException {
    ObjectNode realm = JSON.createObjectNode();
    realm.put("realm", name).put("enabled", true).put("bruteForceProtected", false);
    realm.put("sslRequired", "none").put("eventsEnabled", false);
    realm.put("passwordPolicy", CHEAP);
    realm
        .putObject("attributes")
        .put("loginRateLimiter.addressLimit", Integer.toString(limit))
        .put("loginRateLimiter.accountLimit", Integer.toString(limit));
    ArrayNode clients = realm.putArray("clients");
    clients
        .addObject()
        .put("clientId", CLIENT)
        .put("publicClient", true)
        .put("directAccessGrantsEnabled", true)
        .put("enabled", true);
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

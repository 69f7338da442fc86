package dev.bulwark.benchmarks.limiter;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A realm without stored events. Its logins cost little beside what is measured, unless it has the
 * password hash of the shipped realm.
 *
 * @param name of the realm
 * @param limit attempts a minute by address and by account; 0 for no limit, null for the server's,
 *     with the brute-force detection of the shipped realm
 * @param policy its password policy, which names the hash
 */
record LimitRealm(String name, @Nullable Integer limit, String policy) {

  private static final String CHEAP = "hashAlgorithm(pbkdf2-sha256) and hashIterations(1)";

  /** So many that nobody is refused. */
  static final LimitRealm LIMITED = new LimitRealm("bench-limited", 10_000, CHEAP);

  static final LimitRealm FREE = new LimitRealm("bench-free", 0, CHEAP);
  static final LimitRealm SHIPPED = new LimitRealm("bench-shipped", null, CHEAP);
  static final LimitRealm SHIPPED_HASH =
      new LimitRealm("bench-shipped-hash", null, "hashAlgorithm(argon2)");

  static final List<LimitRealm> ALL = List.of(LIMITED, FREE, SHIPPED, SHIPPED_HASH);

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
    realm.put("realm", name).put("enabled", true).put("bruteForceProtected", limit == null);
    realm.put("sslRequired", "none").put("eventsEnabled", false);
    realm.put("passwordPolicy", policy);
    if (limit == null) {
      realm.put("bruteForceStrategy", "MULTIPLE").put("failureFactor", 10);
      realm.put("waitIncrementSeconds", 60).put("maxFailureWaitSeconds", 900);
      realm.put("quickLoginCheckMilliSeconds", 0).put("maxDeltaTimeSeconds", 43_200);
    } else {
      realm
          .putObject("attributes")
          .put("loginRateLimiter.addressLimit", limit.toString())
          .put("loginRateLimiter.accountLimit", limit.toString());
    }
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

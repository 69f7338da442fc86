package dev.bulwark.benchmarks.passwords;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A realm with nothing in it but users, a client for the password grant and the hasher to measure:
 * no brute-force protection, which would turn simultaneous logins of one user away.
 *
 * @param name of the realm
 * @param hasher id of the password hash provider
 */
record BenchmarkRealm(String name, String hasher) {

  static final BenchmarkRealm ARGON2 = new BenchmarkRealm("bench-argon2", "argon2");

  /** Costs CPU but no memory: for warming a server up. */
  static final BenchmarkRealm WARM_UP = new BenchmarkRealm("bench-pbkdf2", "pbkdf2-sha256");

  static final String CLIENT = "bench";
  static final String PASSWORD = "correct-dev-battery";

  /** More than any measurement has logins at once. */
  static final int USERS = 64;

  /**
   * {@link #PASSWORD} at the shipped cost, from the reference program: spares the import hashing.
   */
  private static final String HASH = "kxGSi6oK8mVIufokODHUwvfvrgnrmAQl9VDSO7h016g=";

  private static final String SALT = "c2l4dGVlbi1ieXRlLXNsdA==";

  private static final ObjectMapper JSON = new ObjectMapper();

  static String user(int number) {
    return "user-" + number % USERS;
  }

  /** Writes the file for {@code --import-realm}. */
  Path writeTo(Path folder) throws IOException {
    ObjectNode realm = JSON.createObjectNode();
    realm.put("realm", name).put("enabled", true).put("bruteForceProtected", false);
    String policy = "hashAlgorithm(" + hasher + ")";
    // Few, where the hash is not what is measured.
    realm.put("passwordPolicy", equals(WARM_UP) ? policy + " and hashIterations(1000)" : policy);
    ObjectNode client = realm.putArray("clients").addObject();
    client.put("clientId", CLIENT).put("publicClient", true);
    client.put("directAccessGrantsEnabled", true).put("enabled", true);
    ArrayNode users = realm.putArray("users");
    for (int i = 0; i < USERS; i++) {
      ObjectNode user = users.addObject();
      user.put("username", user(i)).put("enabled", true);
      user.put("firstName", "Bench").put("lastName", "User");
      user.put("email", user(i) + "@example.org").put("emailVerified", true);
      credential(user.putArray("credentials").addObject().put("type", "password"));
    }
    return Files.writeString(folder.resolve(name + "-realm.json"), JSON.writeValueAsString(realm));
  }

  private void credential(ObjectNode credential) {
    if (equals(WARM_UP)) {
      credential.put("value", PASSWORD);
      return;
    }
    ObjectNode data = JSON.createObjectNode();
    data.put("hashIterations", Cost.SHIPPED.iterations()).put("algorithm", hasher);
    ObjectNode parameters = data.putObject("additionalParameters");
    parameters.putArray("type").add("id");
    parameters.putArray("version").add("1.3");
    parameters.putArray("memory").add("" + Cost.SHIPPED.memory());
    parameters.putArray("parallelism").add("" + Cost.SHIPPED.parallelism());
    parameters.putArray("hashLength").add("" + Cost.HASH_LENGTH);
    ObjectNode secret = JSON.createObjectNode().put("value", HASH).put("salt", SALT);
    secret.putObject("additionalParameters");
    credential.put("credentialData", data.toString()).put("secretData", secret.toString());
  }
}

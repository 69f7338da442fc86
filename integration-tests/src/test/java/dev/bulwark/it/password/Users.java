package dev.bulwark.it.password;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.password.foreign.StoredHash;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Users of the realm {@code app} with a password or with a stored hash, by the admin API. */
final class Users {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final AdminApi admin;

  Users(AdminApi admin) {
    this.admin = admin;
  }

  /** Makes a user whose password is set, and so hashed, by the server. */
  void createWithPassword(String name, String password) {
    create(name, JSON.createObjectNode().put("type", "password").put("value", password));
  }

  /** Makes a user with a hash as an import brings it. */
  void createWithHash(String name, StoredHash hash) {
    createWithHash(name, hash.credentialData(), hash.secretData());
  }

  void createWithHash(String name, String credentialData, String secretData) {
    create(
        name,
        JSON.createObjectNode()
            .put("type", "password")
            .put("credentialData", credentialData)
            .put("secretData", secretData));
  }

  /** Makes a user with a recovery code as the bundle stores it. */
  void createWithRecoveryCode(String name, String hash) {
    ObjectNode secret = JSON.createObjectNode();
    secret.putArray("codes").addObject().put("number", 1).put("encodedHashedValue", hash);
    create(
        name,
        JSON.createObjectNode()
            .put("type", "recovery-authn-codes")
            .put("secretData", secret.toString())
            .put(
                "credentialData",
                "{\"algorithm\": \"argon2id\", \"totalCodes\": 1, \"remainingCodes\": 1}"));
  }

  private void create(String name, ObjectNode credential) {
    ObjectNode user = JSON.createObjectNode();
    user.put("username", name).put("enabled", true);
    user.put("firstName", "Test").put("lastName", "User");
    user.put("email", name + "@example.org").put("emailVerified", true);
    user.putArray("credentials").add(credential);
    admin.post("/realms/app/users", user.toString()).expect(201);
  }

  /** What is public of the stored hash: iterations, algorithm, parameters. */
  JsonNode credentialData(String name) {
    try {
      return JSON.readTree(admin.passwordCredential(name).get("credentialData").asText());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String algorithm(String name) {
    return credentialData(name).get("algorithm").asText();
  }
}

package dev.bulwark.it.password;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.argon2.BouncyCastleArgon2Engine;
import dev.bulwark.password.foreign.Argon2Fields;
import dev.bulwark.password.foreign.StoredHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Users of the realm {@code app} with a password or with a stored hash, by the admin API. */
public final class Users {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ITERATIONS = 27_500;

  private final AdminApi admin;

  public Users(AdminApi admin) {
    this.admin = admin;
  }

  /** Makes a user whose password is set, and so hashed, by the server. */
  void createWithPassword(String name, String password) {
    create(name, JSON.createObjectNode().put("type", "password").put("value", password));
  }

  /** Makes a user with a hash as an import brings it. */
  public void createWithHash(String name, StoredHash hash) {
    createWithHash(name, hash.credentialData(), hash.secretData());
  }

  /** Sets another password, as a reset does, whose hash the server does not have to compute. */
  public void replaceHash(String name, StoredHash hash) {
    String path = "/realms/app/users/" + admin.userId(name);
    ObjectNode user = (ObjectNode) admin.get(path).expect(200).json();
    user.putArray("credentials")
        .addObject()
        .put("type", "password")
        .put("credentialData", hash.credentialData())
        .put("secretData", hash.secretData());
    admin.put(path, user.toString()).expect(204);
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
                Json.object("algorithm", "argon2", "totalCodes", 1, "remainingCodes", 1)));
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

  /** The algorithm of the stored hash. */
  public String algorithm(String name) {
    return credentialData(name).get("algorithm").asText();
  }

  /** A hash as Keycloak's own Argon2 makes it. */
  public static StoredHash argon2(String password, Argon2Parameters parameters) {
    byte[] salt = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    byte[] hash =
        new BouncyCastleArgon2Engine()
            .hash(parameters, password.getBytes(StandardCharsets.UTF_8), salt);
    return new StoredHash(
        "argon2",
        parameters.iterations(),
        Argon2Fields.write(parameters),
        Base64.getEncoder().encodeToString(hash),
        salt);
  }

  /** A hash in the form of Keycloak's own PBKDF2. */
  public static StoredHash pbkdf2(String password) {
    byte[] salt = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    try {
      byte[] hash =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
              .generateSecret(new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, 256))
              .getEncoded();
      return new StoredHash(
          "pbkdf2-sha256", ITERATIONS, Map.of(), Base64.getEncoder().encodeToString(hash), salt);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}

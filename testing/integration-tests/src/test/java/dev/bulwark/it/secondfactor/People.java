package dev.bulwark.it.secondfactor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Realm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Users of the realm {@code app} and their credentials, by the admin API. */
record People(AdminApi admin) {

  /** A user with a password. */
  void create(String name) {
    create(name, "");
  }

  /** A user with a password and an authenticator of the secret (Base32). */
  void createWithAuthenticator(String name, String secret) {
    create(name, authenticator(secret));
  }

  /** As {@link #createWithAuthenticator}, with recovery codes that Keycloak itself has stored. */
  void createWithAuthenticatorAndOldCodes(String name, String secret, List<String> codes) {
    create(name, authenticator(secret) + ", " + OldCodes.credential(codes));
  }

  private static String authenticator(String secret) {
    return """
        , {"type": "otp", "secretData": "{\\"value\\":\\"%s\\"}",
           "credentialData": "{\\"subType\\":\\"totp\\",\\"digits\\":6,\\"counter\\":0,\\"period\\":30,\
        \\"algorithm\\":\\"HmacSHA1\\",\\"secretEncoding\\":\\"BASE32\\"}"}
        """
        .formatted(secret.toUpperCase(Locale.ROOT));
  }

  /** A user with a password and recovery codes that Keycloak itself has stored. */
  void createWithOldCodes(String name, List<String> codes) {
    create(name, ", " + OldCodes.credential(codes));
  }

  /** A user with a password and recovery codes of another application. */
  void createWithImportedCodes(String name, List<String> codes) {
    create(name, ", " + OldCodes.imported(codes));
  }

  /** What the admin API tells of the user's credential of a type. */
  JsonNode credentialData(String name, String type) {
    for (JsonNode credential :
        admin.get("/realms/app/users/" + admin.userId(name) + "/credentials").expect(200).json()) {
      if (credential.get("type").asText().equals(type)) {
        return json(credential.get("credentialData").asText());
      }
    }
    throw new AssertionError(name + " has no " + type);
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }

  private void create(String name, String credential) {
    admin.post("/realms/app/users", user(name, credential)).expect(201);
  }

  /** As {@link #createWithOldCodes}, but by a partial import. */
  void importWithOldCodes(String name, List<String> codes) {
    String user = user(name, ", " + OldCodes.credential(codes));
    admin
        .post(
            "/realms/app/partialImport",
            "{\"ifResourceExists\": \"FAIL\", \"users\": [%s]}".formatted(user))
        .expect(200);
  }

  private static String user(String name, String credential) {
    return """
        {"username": "%1$s", "enabled": true, "email": "%1$s@example.org", "emailVerified": true,
         "firstName": "Second", "lastName": "Factor",
         "credentials": [{"type": "password", "value": "%2$s"} %3$s]}
        """
        .formatted(name, Realm.PASSWORD, credential);
  }

  void makeAdministrator(String name) {
    JsonNode role = admin.get("/realms/app/roles/admin").expect(200).json();
    admin
        .post("/realms/app/users/" + admin.userId(name) + "/role-mappings/realm", "[" + role + "]")
        .expect(204);
  }

  /** The types of the user's credentials. */
  List<String> credentials(String name) {
    List<String> types = new ArrayList<>();
    admin
        .get("/realms/app/users/" + admin.userId(name) + "/credentials")
        .expect(200)
        .json()
        .forEach(credential -> types.add(credential.get("type").asText()));
    return types;
  }

  int sessions(String name) {
    return admin
        .get("/realms/app/users/" + admin.userId(name) + "/sessions")
        .expect(200)
        .json()
        .size();
  }
}

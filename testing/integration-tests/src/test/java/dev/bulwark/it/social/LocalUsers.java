package dev.bulwark.it.social;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import java.util.ArrayList;
import java.util.List;

/**
 * Users of the realm {@code app}, and what they are linked with, by the admin API. A user {@code x}
 * has the address {@code x@example.org}.
 */
record LocalUsers(AdminApi admin) {

  /** A user with a password; returns his id. */
  String create(String name, boolean emailVerified) {
    return create(name, emailVerified, "");
  }

  /** A user with a password and an authenticator app of the secret (Base32); returns his id. */
  String createWithAuthenticator(String name, String secret) {
    return create(
        name,
        true,
        """
        , {"type": "otp", "secretData": "{\\"value\\":\\"%s\\"}",
           "credentialData": "{\\"subType\\":\\"totp\\",\\"digits\\":6,\\"counter\\":0,\\"period\\":30,\
        \\"algorithm\\":\\"HmacSHA1\\",\\"secretEncoding\\":\\"BASE32\\"}"}
        """
            .formatted(secret));
  }

  private String create(String name, boolean emailVerified, String credential) {
    admin
        .post(
            "/realms/app/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org", "emailVerified": %2$s,
             "firstName": "Local", "lastName": "User",
             "credentials": [{"type": "password", "value": "%3$s"} %4$s]}
            """
                .formatted(name, emailVerified, Realm.PASSWORD, credential))
        .expect(201);
    return admin.userId(name);
  }

  void setPassword(String id, String password) {
    admin
        .put(
            "/realms/app/users/" + id + "/reset-password",
            Json.object("type", "password", "temporary", false, "value", password))
        .expect(204);
  }

  void makeAdministrator(String id) {
    JsonNode role = admin.get("/realms/app/roles/admin").expect(200).json();
    admin.post("/realms/app/users/" + id + "/role-mappings/realm", "[" + role + "]").expect(204);
  }

  /** Links a user with an account at a provider, as an administrator can. */
  void link(String id, String provider, String account) {
    admin
        .post(
            "/realms/app/users/" + id + "/federated-identity/" + provider,
            Json.object("identityProvider", provider, "userId", account, "userName", account))
        .expect(204);
  }

  void unlink(String id, String provider) {
    admin.delete("/realms/app/users/" + id + "/federated-identity/" + provider).expect(204);
  }

  void disable(String id) {
    admin.put("/realms/app/users/" + id, Json.object("enabled", false)).expect(204);
  }

  JsonNode user(String id) {
    return admin.get("/realms/app/users/" + id).expect(200).json();
  }

  /** Provider and id of each account that the user is linked with. */
  List<String> identities(String id) {
    List<String> identities = new ArrayList<>();
    for (JsonNode identity :
        admin.get("/realms/app/users/" + id + "/federated-identity").expect(200).json()) {
      identities.add(
          identity.get("identityProvider").asText() + " " + identity.get("userId").asText());
    }
    return identities;
  }

  int sessions(String id) {
    return admin.get("/realms/app/users/" + id + "/sessions").expect(200).json().size();
  }
}

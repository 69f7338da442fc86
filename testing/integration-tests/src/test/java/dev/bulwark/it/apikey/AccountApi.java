package dev.bulwark.it.apikey;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.net.http.HttpRequest;
import java.util.Map;

/** Keycloak's Account REST API, as the account console uses it. */
public record AccountApi(Realm realm) {

  private static final String CLIENT = "account-cli";

  /** Makes a client with the roles of the account console that the password grant works for. */
  public static AccountApi of(Realm realm, AdminApi admin) {
    Response made =
        admin.post(
            "/realms/app/clients",
            """
            {"clientId": "%s", "publicClient": true, "directAccessGrantsEnabled": true,
             "standardFlowEnabled": false, "fullScopeAllowed": true}
            """
                .formatted(CLIENT));
    if (made.status() != 409) {
      made.expect(201);
    }
    return new AccountApi(realm);
  }

  public String token(String user) {
    return login(user, Realm.PASSWORD).expect(200).text("access_token");
  }

  /** An access token for the API, and an ID token. */
  public Response login(String user, String password) {
    return Http.postForm(
        realm.endpoint("token"),
        Map.of(
            "grant_type",
            "password",
            "client_id",
            CLIENT,
            "username",
            user,
            "password",
            password,
            "scope",
            "openid profile email"));
  }

  /** The profile, as the account page shows it. */
  public JsonNode profile(String token) {
    return Http.get(
            realm.url() + "/account",
            "Authorization",
            "Bearer " + token,
            "Accept",
            "application/json")
        .expect(200)
        .json();
  }

  /** What the account page sends for a profile. */
  public Response update(String token, String profile) {
    return Http.send(
        Http.request(realm.url() + "/account/")
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(profile)));
  }

  /** What "Signing in" shows of API keys; a missing node when it does not show them at all. */
  public JsonNode apiKeys(String token) {
    for (JsonNode type :
        Http.get(url(), "Authorization", "Bearer " + token, "Accept", "application/json")
            .expect(200)
            .json()) {
      if (type.get("type").asText().equals("api-key")) {
        return type;
      }
    }
    return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
  }

  String label(String token, String keyId) {
    for (JsonNode key : apiKeys(token).get("userCredentialMetadatas")) {
      if (key.get("credential").get("id").asText().equals(keyId)) {
        return key.get("credential").get("userLabel").asText();
      }
    }
    throw new AssertionError("no key " + keyId);
  }

  Response rename(String token, String keyId, String label) {
    return Http.send(
        Http.request(url() + "/" + keyId + "/label")
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString("\"" + label + "\"")));
  }

  /** "Sign out all devices": ends all sessions of the user, this one too. */
  Response signOutEverywhere(String token) {
    return Http.send(
        Http.request(realm.url() + "/account/sessions?current=true")
            .header("Authorization", "Bearer " + token)
            .header("Accept", "application/json")
            .DELETE());
  }

  private String url() {
    return realm.url() + "/account/credentials";
  }
}

package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** K4: a client that can only speak client_credentials authenticates with a key of its own. */
@SharedRealm
class ClientAuthenticatorIT {

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();

  @BeforeAll
  static void flows() {
    KeyFlows flows = new KeyFlows(TestStack.get().admin());
    flows.clientAuthentication();
    for (String id : List.of("worker", "other")) {
      TestStack.get()
          .admin()
          .post(
              "/realms/app/clients",
              """
              {"clientId": "%s", "secret": "worker-secret", "serviceAccountsEnabled": true,
               "directAccessGrantsEnabled": true, "fullScopeAllowed": true,
               "attributes": {"api-key.verify": "true"},
               "defaultClientScopes": ["roles", "basic", "email", "tasks:write"],
               "optionalClientScopes": ["tasks:read"]}
              """
                  .formatted(id))
          .expect(201);
      flows.authenticatesByKey(id);
    }
  }

  private JsonNode made(String client, String... scopes) {
    return admin
        .post("/realms/app/api-keys", Keys.bodyOf("client", client, "k", scopes))
        .expect(201)
        .json();
  }

  private Response token(String key, Map<String, String> more) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "client_credentials");
    form.put("client_id", "worker");
    form.putAll(more);
    return Http.postForm(realm.endpoint("token"), form, "X-API-Key", key);
  }

  private static void assertUnauthorized(Response refused) {
    assertThat(refused.status()).as(refused.body()).isEqualTo(401);
    assertThat(refused.text("error")).isEqualTo("unauthorized_client");
    assertThat(refused.body()).doesNotContain("access_token");
  }

  @Test
  void aKeyAuthenticatesWhereverASecretMayStand() {
    JsonNode made = made("worker", "tasks:read");
    String key = made.get("key").asText();
    Map<String, String> bare = Map.of("grant_type", "client_credentials");
    for (Response answer :
        List.of(
            token(key, Map.of()),
            Http.postForm(
                realm.endpoint("token"), bare, "Authorization", Realm.basic("worker", key)),
            Http.postForm(
                realm.endpoint("token"),
                Map.of(
                    "grant_type",
                    "client_credentials",
                    "client_id",
                    "worker",
                    "client_secret",
                    key)))) {
      JsonNode claims = KeyTokens.assertLimited(answer, made.get("id").asText(), "tasks:read");
      assertThat(claims.get("azp").asText()).isEqualTo("worker");
      assertThat(claims.get("api_key_client").asText()).isEqualTo("worker");
      assertThat(keys.introspect(answer.text("access_token")).get("active").asBoolean()).isTrue();
    }
  }

  /** K10. */
  @Test
  void theRateLimitOfTheKeyHolds() {
    JsonNode made = made("worker", "tasks:read");
    admin
        .patch(
            "/realms/app/api-keys/" + made.get("id").asText(),
            Json.object("rateLimit", Map.of("requests", 1, "seconds", 3600)))
        .expect(200);
    String key = made.get("key").asText();
    assertThat(token(key, Map.of()).expect(200).header("RateLimit")).startsWith("\"key\";r=0;t=");
    Response refused = token(key, Map.of()).expect(429);
    assertThat(refused.text("error")).isEqualTo("slow_down");
    assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"key\";q=1;w=3600");
    assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 3_600);
  }

  @Test
  void scopesNarrowAndNeverWiden() {
    String key = made("worker", "tasks:read", "tasks:write").get("key").asText();
    assertThat(token(key, Map.of("scope", "tasks:read")).expect(200).text("scope"))
        .isEqualTo("tasks:read");
    String narrow = made("worker", "tasks:read").get("key").asText();
    assertThat(token(narrow, Map.of()).expect(200).text("scope"))
        .as("not the client's default scopes")
        .isEqualTo("tasks:read");
    for (String scope : List.of("tasks:write", "email", "openid", "offline_access", "nonsense")) {
      Response refused = token(narrow, Map.of("scope", scope));
      assertThat(refused.status()).as(scope).isEqualTo(400);
      assertThat(refused.text("error")).as(scope).isEqualTo("invalid_scope");
    }
  }

  @Test
  void noOtherSecretAndNoOtherKeyWillDo() {
    String key = made("worker", "tasks:read").get("key").asText();
    token(key, Map.of()).expect(200);
    assertUnauthorized(token("worker-secret-worker-secret", Map.of()));
    assertUnauthorized(
        Http.postForm(
            realm.endpoint("token"),
            Map.of("grant_type", "client_credentials"),
            "Authorization",
            Realm.basic("worker", "worker-secret")));
    assertUnauthorized(token(made("other", "tasks:read").get("key").asText(), Map.of()));
    assertUnauthorized(token(keys.made("carol", "u", "tasks:read").get("key").asText(), Map.of()));
    assertUnauthorized(token(key.substring(0, key.length() - 1) + "!", Map.of()));
    assertUnauthorized(
        Http.postForm(
            realm.endpoint("token"),
            Map.of("grant_type", "client_credentials", "client_id", "worker"),
            "X-API-Key",
            key,
            "X-API-Key",
            key));
    assertUnauthorized(
        Http.postForm(
            realm.endpoint("token"),
            Map.of("grant_type", "client_credentials", "client_id", "worker")));
  }

  @Test
  void aKeyIsNoSecretOfAClientThatHasOne() {
    String key = made("tasks-service", "tasks:read").get("key").asText();
    Map<String, String> form = Map.of("grant_type", "client_credentials");
    Response refused =
        Http.postForm(
            realm.endpoint("token"), form, "Authorization", Realm.basic("tasks-service", key));
    assertThat(refused.status()).isEqualTo(401);
    Response ordinary =
        realm.clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of()).expect(200);
    assertThat(Realm.claims(ordinary.text("access_token")).has("api_key_id")).isFalse();
    Response both =
        Http.postForm(
                realm.endpoint("token"),
                form,
                "Authorization",
                Realm.basic("tasks-service", "tasks-service-dev-secret"),
                "X-API-Key",
                key)
            .expect(200);
    assertThat(Realm.claims(both.text("access_token")).has("api_key_id"))
        .as("the header means nothing to a client with a secret")
        .isFalse();
  }

  @Test
  void everythingButClientCredentialsIsRefused() {
    String key = made("worker", "tasks:read").get("key").asText();
    String token = token(key, Map.of()).expect(200).text("access_token");
    Map<String, Map<String, String>> grants =
        Map.of(
            "password",
            Map.of("username", "alice", "password", Realm.PASSWORD),
            "refresh_token",
            Map.of("refresh_token", token),
            "authorization_code",
            Map.of("code", "x"),
            "urn:ietf:params:oauth:grant-type:token-exchange",
            Map.of(
                "subject_token",
                token,
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token"),
            "urn:ietf:params:oauth:grant-type:device_code",
            Map.of("device_code", "x"),
            "urn:openid:params:grant-type:ciba",
            Map.of("auth_req_id", "x"),
            Keys.GRANT,
            Map.of());
    grants.forEach(
        (grant, parameters) -> {
          Map<String, String> more = new LinkedHashMap<>(parameters);
          more.put("grant_type", grant);
          assertUnauthorized(token(key, more));
        });
    for (String path :
        List.of("token/introspect", "revoke", "ext/par/request", "auth/device", "logout")) {
      Response refused =
          Http.postForm(
              realm.endpoint(path),
              Map.of(
                  "grant_type",
                  "client_credentials",
                  "client_id",
                  "worker",
                  "token",
                  token,
                  "refresh_token",
                  token),
              "X-API-Key",
              key);
      assertThat(refused.status()).as(path).isIn(400, 401, 403);
      assertThat(refused.body()).as(path).doesNotContain("\"active\":true");
    }
    for (String path : List.of("/verify", "/verify/protocol/openid-connect/token")) {
      Response refused =
          Http.postForm(
              keys.url() + path,
              Map.of("grant_type", "client_credentials"),
              "Authorization",
              Realm.basic("worker", key),
              "X-API-Key",
              key);
      assertThat(refused.status()).as(path).isEqualTo(401);
    }
    assertThat(keys.introspect(token).get("active").asBoolean()).as("still").isTrue();
  }

  @Test
  void anAdministratingServiceAccountsKeyOpensNoAdministration() {
    String worker = admin.clientUuid("worker");
    String account =
        admin.get("/realms/app/clients/" + worker + "/service-account-user").expect(200).text("id");
    String management = admin.clientUuid("realm-management");
    JsonNode role =
        admin.get("/realms/app/clients/" + management + "/roles/realm-admin").expect(200).json();
    admin
        .post(
            "/realms/app/users/" + account + "/role-mappings/clients/" + management,
            "[" + role + "]")
        .expect(204);
    JsonNode made = made("worker", "tasks:read");
    Response answer = token(made.get("key").asText(), Map.of());
    KeyTokens.assertLimited(answer, made.get("id").asText(), "tasks:read");
    KeyTokens.assertOpensNothing(realm, answer.text("access_token"));
  }

  @Test
  void revokingTheKeyEndsTheTokenAndTheNextRequest() {
    JsonNode made = made("worker", "tasks:read");
    String key = made.get("key").asText();
    String token = token(key, Map.of()).expect(200).text("access_token");
    admin.delete("/realms/app/api-keys/" + made.get("id").asText()).expect(204);
    assertUnauthorized(token(key, Map.of()));
    KeyTokens.assertRevoked(keys, token);
  }

  @Test
  void aDisabledClientIsRefused() {
    String key = made("other", "tasks:read").get("key").asText();
    Map<String, String> other = Map.of("client_id", "other");
    token(key, other).expect(200);
    String path = "/realms/app/clients/" + admin.clientUuid("other");
    ObjectNode client = (ObjectNode) admin.get(path).expect(200).json();
    admin.put(path, client.put("enabled", false).toString()).expect(204);
    assertThat(token(key, other).status()).isIn(400, 401);
    admin.put(path, client.put("enabled", true).toString()).expect(204);
    token(key, other).expect(200);
  }

  @Test
  void refusalsAreEventsWithoutTheKey() {
    JsonNode made = made("other", "tasks:read");
    assertUnauthorized(token(made.get("key").asText(), Map.of()));
    String events =
        admin.get("/realms/app/events?type=CLIENT_LOGIN_ERROR&max=100").expect(200).body();
    assertThat(events)
        .contains("api_key_of_another_owner", made.get("id").asText())
        .doesNotContain(made.get("key").asText());
  }
}

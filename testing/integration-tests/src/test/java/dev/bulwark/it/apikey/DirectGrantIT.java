package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** K4: clients that can only speak the password grant send a key in it. */
@SharedRealm
class DirectGrantIT {

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();

  @BeforeAll
  static void flows() {
    KeyFlows flows = new KeyFlows(TestStack.get().admin());
    flows.directGrant("dev-cli");
    TestStack.get()
        .admin()
        .post(
            "/realms/app/clients",
            """
            {"clientId": "key-only", "publicClient": true, "directAccessGrantsEnabled": true,
             "optionalClientScopes": ["tasks:read"]}
            """)
        .expect(201);
    flows.directGrantOfKeysOnly("key-only");
  }

  private Response grant(
      @Nullable String username, @Nullable String password, String scope, String... headers) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "password");
    form.put("client_id", "dev-cli");
    if (username != null) {
      form.put("username", username);
    }
    if (password != null) {
      form.put("password", password);
    }
    if (!scope.isEmpty()) {
      form.put("scope", scope);
    }
    return Http.postForm(realm.endpoint("token"), form, headers);
  }

  private static void assertRefused(Response refused) {
    assertThat(refused.status()).as(refused.body()).isEqualTo(400);
    assertThat(refused.text("error")).isEqualTo("invalid_grant");
    assertThat(refused.text("error_description")).isEqualTo("Invalid or revoked API key");
    assertThat(refused.body()).doesNotContain("token");
  }

  @Test
  void aKeyAsPasswordOrInTheHeaderGivesTheTokenOfTheKey() {
    JsonNode made = keys.made("carol", "legacy", "tasks:read");
    String key = made.get("key").asText();
    String id = made.get("id").asText();
    for (Response answer :
        new Response[] {
          grant("carol", key, ""),
          grant("carol@example.org", key, ""),
          grant(null, key, "tasks:read"),
          grant("carol", null, "", "X-API-Key", key),
          grant("carol", Realm.PASSWORD, "", "X-API-Key", key),
        }) {
      JsonNode claims = KeyTokens.assertLimited(answer, id, "tasks:read");
      assertThat(claims.get("sub").asText()).isEqualTo(admin.userId("carol"));
      assertThat(claims.get("azp").asText()).isEqualTo("dev-cli");
      assertThat(keys.introspect(answer.text("access_token")).get("scope").asText())
          .isEqualTo("tasks:read");
    }
    assertThat(
            keys.send("GET", "/" + id, keys.token("carol"), null)
                .expect(200)
                .json()
                .get("requestCount")
                .asInt())
        .isEqualTo(5);
  }

  @Test
  void passwordsGoOnAsBefore() {
    Response login = grant("alice", Realm.PASSWORD, "openid").expect(200);
    assertThat(login.json().has("refresh_token")).isTrue();
    assertThat(Realm.claims(login.text("access_token")).has("api_key_id")).isFalse();
    Response wrong = grant("alice", "not-the-password", "openid");
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.text("error_description")).isEqualTo("Invalid user credentials");
  }

  @Test
  void aKeyIsForItsOwnerOnly() {
    String key = keys.made("alice", "mine", "tasks:read").get("key").asText();
    grant("alice", key, "").expect(200);
    assertRefused(grant("bob", key, ""));
    assertRefused(grant("nobody", key, ""));
    assertRefused(grant("service-account-tasks-service", key, ""));
    assertRefused(grant("alice\0", key, ""));
    assertRefused(grant("bob", Realm.PASSWORD, "", "X-API-Key", key));
  }

  @Test
  void wrongKeysAreRefusedAlike() {
    JsonNode made = keys.made("bob", "end", "tasks:read");
    String key = made.get("key").asText();
    grant("bob", key, "").expect(200);
    keys.send("DELETE", "/" + made.get("id").asText(), keys.token("bob"), null).expect(204);
    assertRefused(grant("bob", key, ""));
    assertRefused(grant("bob", key.substring(0, key.length() - 1) + "!", ""));
    assertRefused(grant("bob", "atk_" + "k".repeat(43), ""));
    assertRefused(grant("bob", null, "", "X-API-Key", "a key of another application"));
    Response two = grant("bob", Realm.PASSWORD, "", "X-API-Key", key, "X-API-Key", key);
    assertThat(two.status()).isEqualTo(400);
    assertThat(two.text("error")).isEqualTo("invalid_request");
    String events = admin.get("/realms/app/events?type=LOGIN_ERROR&max=50").expect(200).body();
    assertThat(events).doesNotContain(key);
  }

  @Test
  void wrongKeysLockNobodyOut() {
    String path = "/realms/app/attack-detection/brute-force/users/" + admin.userId("bob");
    int before = admin.get(path).expect(200).json().get("numFailures").asInt();
    for (int i = 0; i < 3; i++) {
      assertRefused(grant("bob", "atk_" + "x".repeat(42) + i, ""));
    }
    // Counted after those above, by the one thread that does it.
    assertThat(grant("bob", "wrong-password", "").status()).isEqualTo(400);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                assertThat(admin.get(path).expect(200).json().get("numFailures").asInt())
                    .isEqualTo(before + 1));
  }

  @Test
  void scopesNarrowAndNeverWiden() {
    String key = keys.made("carol", "two", "tasks:read", "tasks:write").get("key").asText();
    assertThat(grant("carol", key, "tasks:write").expect(200).text("scope"))
        .isEqualTo("tasks:write");
    for (String scope : new String[] {"admin", "openid", "offline_access", "tasks:read profile"}) {
      Response refused = grant("carol", key, scope);
      assertThat(refused.status()).as(scope).isEqualTo(400);
      assertThat(refused.text("error")).as(scope).isEqualTo("invalid_scope");
    }
  }

  @Test
  void anAdministratorsKeyOpensNoAdministration() {
    String management = admin.clientUuid("realm-management");
    JsonNode role =
        admin.get("/realms/app/clients/" + management + "/roles/realm-admin").expect(200).json();
    admin
        .post(
            "/realms/app/users/" + admin.userId("carol") + "/role-mappings/clients/" + management,
            "[" + role + "]")
        .expect(204);
    String key = keys.made("carol", "boss", "tasks:read").get("key").asText();
    KeyTokens.assertOpensNothing(realm, grant("carol", key, "").expect(200).text("access_token"));
  }

  @Test
  void revokingTheKeyRevokesTheToken() {
    JsonNode made = keys.made("alice", "short", "tasks:read");
    String token = grant("alice", made.get("key").asText(), "").expect(200).text("access_token");
    assertThat(keys.introspect(token).get("active").asBoolean()).isTrue();
    keys.send("DELETE", "/" + made.get("id").asText(), keys.token("alice"), null).expect(204);
    KeyTokens.assertRevoked(keys, token);
  }

  @Test
  void aDisabledOwnersKeyIsRefused() {
    admin
        .post(
            "/realms/app/users",
            Json.object("username", "dave", "enabled", true, "email", "dave@example.org"))
        .expect(201);
    String id = admin.userId("dave");
    String key =
        admin
            .post(
                "/realms/app/api-keys",
                """
                {"name": "d", "scopes": ["tasks:read"], "owner": {"type": "user", "id": "%s"}}
                """
                    .formatted(id))
            .expect(201)
            .text("key");
    grant("dave", key, "").expect(200);
    ObjectNode user = (ObjectNode) admin.get("/realms/app/users/" + id).expect(200).json();
    admin.put("/realms/app/users/" + id, user.put("enabled", false).toString()).expect(204);
    assertRefused(grant("dave", key, ""));
  }

  @Test
  void aFlowOfKeysAloneTakesNoPassword() {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "password");
    form.put("client_id", "key-only");
    form.put("username", "alice");
    form.put("password", Realm.PASSWORD);
    Response refused = Http.postForm(realm.endpoint("token"), form);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("error")).isEqualTo("invalid_request");
    JsonNode made = keys.made("alice", "only", "tasks:read");
    form.put("password", made.get("key").asText());
    KeyTokens.assertLimited(
        Http.postForm(realm.endpoint("token"), form), made.get("id").asText(), "tasks:read");
  }

  @Test
  void aClientsKeyIsTakenWithTheClientsName() {
    String key =
        admin
            .post(
                "/realms/app/api-keys",
                """
                {"name": "svc", "scopes": ["tasks:read"],
                 "owner": {"type": "client", "id": "tasks-service"}}
                """)
            .expect(201)
            .text("key");
    assertThat(grant("tasks-service", key, "").expect(200).text("scope")).isEqualTo("tasks:read");
    assertRefused(grant("gateway", key, ""));
  }

  @Test
  void successAndRefusalAreEvents() {
    JsonNode made = keys.made("carol", "seen", "tasks:read");
    String key = made.get("key").asText();
    grant("carol", key, "").expect(200);
    assertRefused(grant("alice", key, ""));
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              String logins = admin.get("/realms/app/events?type=LOGIN&max=100").expect(200).body();
              assertThat(logins)
                  .contains("\"api_key\":\"" + made.get("id").asText() + "\"")
                  .doesNotContain(key);
              assertThat(admin.get("/realms/app/events?type=LOGIN_ERROR").expect(200).body())
                  .contains("api_key_of_another_user")
                  .doesNotContain(key);
            });
  }
}

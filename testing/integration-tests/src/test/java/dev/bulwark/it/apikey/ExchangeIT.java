package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K4: a key becomes a short-lived token that can do no more than the key. */
@SharedRealm
class ExchangeIT {

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();

  /** The second name of the grant; tokens are the same, and open as little. */
  @Test
  void theGrantHasASecondNameOfARegisteredScheme() {
    String key = keys.made("alice", "alias", "tasks:read").get("key").asText();
    Map<String, String> form = Map.of("grant_type", Keys.TAG_GRANT, "client_id", "dev-cli");
    String token =
        Http.postForm(realm.endpoint("token"), form, "X-API-Key", key)
            .expect(200)
            .text("access_token");
    JsonNode claims = Realm.claims(token);
    assertThat(claims.get("scope").asText()).isEqualTo("tasks:read");
    assertThat(claims.get("jti").asText().substring(4, 6))
        .as("the grant that the id of the token tells")
        .isEqualTo(
            Realm.claims(keys.exchange(key, null).expect(200).text("access_token"))
                .get("jti")
                .asText()
                .substring(4, 6));
    assertThat(Http.get(keys.url(), "Authorization", "Bearer " + token).status()).isEqualTo(401);
    assertThat(
            Http.get(realm.url() + "/.well-known/openid-configuration")
                .expect(200)
                .json()
                .get("grant_types_supported"))
        .extracting(JsonNode::asText)
        .contains(Keys.TAG_GRANT, Keys.GRANT);
    assertThat(
            Http.postForm(realm.endpoint("token"), form, "X-API-Key", "wrong-key-0123456789")
                .status())
        .isEqualTo(400);
  }

  @Test
  void tokenHasTheScopesOfTheKeyAndNothingElse() {
    JsonNode key = keys.made("carol", "ci", "tasks:read");
    Response response = keys.exchange(key.get("key").asText(), null).expect(200);
    assertThat(response.json().has("refresh_token")).isFalse();
    assertThat(response.json().has("id_token")).isFalse();
    assertThat(response.text("token_type")).isEqualTo("Bearer");
    assertThat(response.text("scope")).isEqualTo("tasks:read");
    assertThat(response.json().get("expires_in").asLong()).isBetween(1L, 300L);
    assertThat(response.header("Cache-Control")).isEqualTo("no-store");
    JsonNode claims = Realm.claims(response.text("access_token"));
    assertThat(claims.get("api_key_id")).isEqualTo(key.get("id"));
    assertThat(claims.get("sub").asText()).isEqualTo(admin.userId("carol"));
    assertThat(claims.get("scope").asText()).isEqualTo("tasks:read");
    assertThat(claims.get("azp").asText()).isEqualTo("dev-cli");
    assertThat(claims.get("aud").asText()).isEqualTo("relying-app");
    assertThat(claims.get("realm_access").get("roles")).isEmpty();
    assertThat(claims.has("resource_access")).isFalse();
    assertThat(claims.has("sid")).isFalse();
    assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isLessThanOrEqualTo(300);
    assertThat(claims.get("jti").asText()).startsWith("trrtbk:");
  }

  @Test
  void requestedScopesNarrowAndNeverWiden() {
    String key = keys.made("alice", "two", "tasks:read", "tasks:write").get("key").asText();
    assertThat(keys.exchange(key, "tasks:write").expect(200).text("scope"))
        .isEqualTo("tasks:write");
    for (String scope :
        List.of("admin", "tasks:read admin", "openid", "offline_access", "profile", "nonsense")) {
      Response refused = keys.exchange(key, scope);
      assertThat(refused.status()).as(scope).isEqualTo(400);
      assertThat(refused.text("error")).isEqualTo("invalid_scope");
    }
  }

  @Test
  void clientWithoutTheScopeDoesNotGetIt() {
    String key = keys.made("carol", "boss", "admin", "tasks:read").get("key").asText();
    Map<String, String> form = Map.of("grant_type", Keys.GRANT);
    Response response =
        Http.postForm(
                realm.endpoint("token"),
                form,
                "X-API-Key",
                key,
                "Authorization",
                Realm.basic("tasks-service", "tasks-service-dev-secret"))
            .expect(200);
    assertThat(response.text("scope")).isEqualTo("tasks:read");
  }

  @Test
  void clientWithFullScopeGetsNoRoleBeyondTheKey() {
    admin
        .post(
            "/realms/app/clients",
            """
            {"clientId": "wide", "publicClient": true, "fullScopeAllowed": true,
             "defaultClientScopes": ["roles", "profile", "email", "basic", "tasks:read", "admin"]}
            """)
        .expect(201);
    String key = keys.made("carol", "wide", "tasks:read").get("key").asText();
    JsonNode claims =
        Realm.claims(
            Http.postForm(
                    realm.endpoint("token"),
                    Map.of("grant_type", Keys.GRANT, "client_id", "wide"),
                    "X-API-Key",
                    key)
                .expect(200)
                .text("access_token"));
    assertThat(claims.get("scope").asText()).isEqualTo("tasks:read");
    assertThat(claims.get("realm_access").get("roles")).isEmpty();
    assertThat(claims.has("resource_access")).isFalse();
    assertThat(claims.has("email")).isFalse();
  }

  @Test
  void introspectionShowsOnlyWhatTheKeyHas() {
    String key = keys.made("carol", "ci", "tasks:read").get("key").asText();
    String token = keys.exchange(key, null).expect(200).text("access_token");
    JsonNode answer = keys.introspect(token);
    assertThat(answer.get("active").asBoolean()).isTrue();
    assertThat(answer.get("scope").asText()).isEqualTo("tasks:read");
    assertThat(answer.get("username").asText()).isEqualTo("carol");
    assertThat(answer.get("realm_access").get("roles")).isEmpty();
    assertThat(answer.has("resource_access")).isFalse();
    assertThat(answer.has("api_key_id")).isTrue();
  }

  @Test
  void tokenNeverOutlivesTheKey() {
    String token = keys.token("alice");
    String end = Instant.now().plusSeconds(20).toString();
    JsonNode key = keys.create(token, Keys.body("short", end, "tasks:read")).expect(201).json();
    JsonNode claims =
        Realm.claims(keys.exchange(key.get("key").asText(), null).expect(200).text("access_token"));
    assertThat(claims.get("exp").asLong()).isLessThanOrEqualTo(Instant.parse(end).getEpochSecond());
  }

  @Test
  void scopesThatTheOwnerHasLostAreGone() {
    String key = keys.made("carol", "boss", "admin", "tasks:read").get("key").asText();
    assertThat(keys.exchange(key, null).expect(200).text("scope")).contains("admin");
    String user = "/realms/app/users/" + admin.userId("carol") + "/role-mappings/realm";
    JsonNode role = admin.get("/realms/app/roles/admin").expect(200).json();
    admin.deleteWithBody(user, "[" + role + "]").expect(204);
    try {
      assertThat(keys.exchange(key, null).expect(200).text("scope")).isEqualTo("tasks:read");
      assertThat(keys.exchange(key, "admin").status()).isEqualTo(400);
      assertThat(keys.verify(key).header("X-Auth-Scopes")).isEqualTo("tasks:read");
    } finally {
      admin.post(user, "[" + role + "]").expect(204);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "atk_",
        "atk_0123456789012345678901234567890123456789012",
        "atk_0123456789012345678901234567890123456789012abcdef",
        "Bearer abc",
        "' OR 1=1 --",
        "%00%ff",
      })
  void wrongKeysAreRefusedAlike(String key) {
    Response refused = keys.exchange(key, null);
    assertThat(refused.status()).isIn(400, 429);
    assertThat(refused.text("error")).isIn("invalid_grant", "slow_down");
  }

  @Test
  void exactlyOneKeyIsNeeded() {
    String key = keys.made("alice", "one", "tasks:read").get("key").asText();
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", Keys.GRANT);
    form.put("client_id", "dev-cli");
    Response none = Http.postForm(realm.endpoint("token"), form);
    assertThat(none.status()).isEqualTo(400);
    assertThat(none.text("error")).isEqualTo("invalid_request");
    Response two = Http.postForm(realm.endpoint("token"), form, "X-API-Key", key, "X-API-Key", key);
    assertThat(two.status()).isEqualTo(400);
    Response wrongClient =
        Http.postForm(
            realm.endpoint("token"),
            Map.of(
                "grant_type", Keys.GRANT, "client_id", "tasks-service", "client_secret", "wrong"),
            "X-API-Key",
            key);
    assertThat(wrongClient.status()).isEqualTo(401);
  }
}

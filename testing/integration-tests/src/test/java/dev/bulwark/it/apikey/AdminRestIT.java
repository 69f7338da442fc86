package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** K2, K3: keys of users and clients by administrators and scripts. */
@SharedRealm
class AdminRestIT {

  private static final String PATH = "/realms/app/api-keys";

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();

  private static String body(String name, String type, String id, String... scopes) {
    return Keys.bodyOf(type, id, name, scopes);
  }

  @Test
  void keysOfUsers() {
    String alice = admin.userId("alice");
    JsonNode key =
        admin.post(PATH, body("by admin", "user", alice, "tasks:read")).expect(201).json();
    String path = PATH + "/" + key.get("id").asText();
    String plain = key.get("key").asText();
    assertThat(keys.verify(plain).expect(200).header("X-Auth-Username")).isEqualTo("alice");
    for (String query :
        List.of(
            "?owner=user:" + alice,
            "?ownerType=user&ownerId=" + alice,
            "?owner=" + Http.encode(Json.object("type", "user", "id", alice)))) {
      JsonNode listed = admin.get(PATH + query).expect(200).json();
      assertThat(listed).extracting(k -> k.get("id").asText()).contains(key.get("id").asText());
      assertThat(listed.toString()).doesNotContain(plain);
    }
    JsonNode one = admin.get(path).expect(200).json();
    assertThat(one.get("owner").get("type").asText()).isEqualTo("user");
    assertThat(one.get("owner").get("id").asText()).isEqualTo(alice);
    assertThat(one.get("owner").get("name").asText()).isEqualTo("alice");
    assertThat(one.get("active").asBoolean()).isTrue();
    assertThat(keys.send("GET", "", keys.token("alice"), null).body())
        .contains(key.get("id").asText());

    admin.patch(path, Json.object("active", false)).expect(200);
    assertThat(keys.isGood(plain)).isFalse();
    admin.patch(path, Json.object("active", true, "name", "renamed")).expect(200);
    assertThat(keys.isGood(plain)).isTrue();
    JsonNode rotated =
        admin.post(path + "/rotate", Json.object("overlapSeconds", 60)).expect(201).json();
    assertThat(keys.isGood(plain)).isTrue();
    assertThat(rotated.get("name").asText()).isEqualTo("renamed");
    admin.delete(path).expect(204);
    assertThat(keys.isGood(plain)).isFalse();
    assertThat(keys.isGood(rotated.get("key").asText())).isTrue();
    assertThat(admin.get(path).status()).isEqualTo(404);
  }

  @Test
  void keysOfClientsAreForServices() {
    String uuid = admin.clientUuid("tasks-service");
    JsonNode key = admin.post(PATH, body("batch", "client", uuid, "tasks:read")).expect(201).json();
    String plain = key.get("key").asText();
    Response verified = keys.verify(plain).expect(200);
    assertThat(verified.header("X-Auth-Client")).isEqualTo("tasks-service");
    assertThat(verified.header("X-Auth-Username")).isEqualTo("service-account-tasks-service");
    assertThat(verified.header("X-Auth-Scopes")).isEqualTo("tasks:read");
    JsonNode claims = Realm.claims(keys.exchange(plain, null).expect(200).text("access_token"));
    assertThat(claims.get("sub").asText()).isEqualTo(verified.header("X-Auth-Subject"));
    assertThat(claims.get("api_key_id")).isEqualTo(key.get("id"));
    assertThat(claims.get("realm_access").get("roles")).isEmpty();
    assertThat(realm.introspect(plain).json().get("client_id").asText()).isEqualTo("tasks-service");

    // Known to this node by now: whatever changes it must be seen at the next request.
    String path = PATH + "/" + key.get("id").asText();
    admin.patch(path, Json.object("active", false)).expect(200);
    assertThat(keys.isGood(plain)).isFalse();
    admin.patch(path, Json.object("active", true)).expect(200);
    assertThat(keys.isGood(plain)).isTrue();
    admin.patch(path, Json.object("scopes", List.of())).expect(200);
    assertThat(keys.verify(plain).expect(200).header("X-Auth-Scopes")).isEmpty();
    JsonNode rotated =
        admin.post(path + "/rotate", Json.object("overlapSeconds", 60)).expect(201).json();
    assertThat(keys.isGood(plain)).isTrue();
    assertThat(keys.isGood(rotated.get("key").asText())).isTrue();
    admin.delete(path).expect(204);
    assertThat(keys.isGood(plain)).isFalse();
    assertThat(keys.exchange(plain, null).status()).isEqualTo(400);
  }

  @Test
  void disabledAndDeletedClientsKeysAreRefused() {
    admin
        .post(
            "/realms/app/clients",
            """
            {"clientId": "svc", "serviceAccountsEnabled": true,
             "optionalClientScopes": ["tasks:read"]}
            """)
        .expect(201);
    String uuid = admin.clientUuid("svc");
    // The public client_id is accepted as well as the internal id.
    String plain =
        admin.post(PATH, body("s", "client", "svc", "tasks:read")).expect(201).text("key");
    assertThat(keys.isGood(plain)).isTrue();
    JsonNode client = admin.get("/realms/app/clients/" + uuid).expect(200).json();
    ((com.fasterxml.jackson.databind.node.ObjectNode) client).put("enabled", false);
    admin.put("/realms/app/clients/" + uuid, client.toString()).expect(204);
    assertThat(keys.isGood(plain)).isFalse();
    ((com.fasterxml.jackson.databind.node.ObjectNode) client).put("enabled", true);
    admin.put("/realms/app/clients/" + uuid, client.toString()).expect(204);
    assertThat(keys.isGood(plain)).isTrue();
    admin.delete("/realms/app/clients/" + uuid).expect(204);
    assertThat(keys.isGood(plain)).isFalse();
  }

  @Test
  void aClientsScopesAreItsOwn() {
    String gateway = admin.clientUuid("gateway");
    assertThat(admin.post(PATH, body("x", "client", gateway, "admin")).status()).isEqualTo(400);
    assertThat(admin.post(PATH, body("x", "client", gateway, "tasks:read")).status())
        .isEqualTo(201);
    // A client without a service account has no one for a token to be about.
    String plain = admin.post(PATH, body("y", "client", gateway)).expect(201).text("key");
    assertThat(keys.verify(plain).expect(200).header("X-Auth-Client")).isEqualTo("gateway");
    assertThat(keys.exchange(plain, null).status()).isEqualTo(400);
  }

  @Test
  void aServiceMayRotateAndRevokeItsOwnKeysButNotMakeThem() {
    JsonNode key =
        admin.post(PATH, body("own", "client", "tasks-service", "tasks:read")).expect(201).json();
    String token =
        realm
            .clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of())
            .expect(200)
            .text("access_token");
    String path = "/" + key.get("id").asText();
    assertThat(keys.send("GET", "", token, null).expect(200).body())
        .contains(key.get("id").asText());
    JsonNode rotated =
        keys.send("POST", path + "/rotate", token, Json.object("overlapSeconds", 0))
            .expect(201)
            .json();
    assertThat(keys.isGood(key.get("key").asText())).isFalse();
    assertThat(keys.isGood(rotated.get("key").asText())).isTrue();
    assertThat(keys.create(token, Keys.body("more", null)).status()).isEqualTo(403);
    String made = "/" + rotated.get("id").asText();
    assertThat(keys.send("PATCH", made, token, Json.object("expiresAt", null)).status())
        .isEqualTo(403);
    keys.send("PATCH", made, token, Json.object("name", "renamed")).expect(200);
    keys.send("DELETE", made, token, null).expect(204);
    assertThat(keys.isGood(rotated.get("key").asText())).isFalse();
  }

  @Test
  void serviceAccountsAreNoUsersHere() {
    String uuid = admin.clientUuid("tasks-service");
    String account =
        admin.get("/realms/app/clients/" + uuid + "/service-account-user").expect(200).text("id");
    Response refused = admin.post(PATH, body("x", "user", account));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("error_description")).contains("owner of type client");
  }

  @Test
  void keycloaksPermissionsDecide() {
    String alice = admin.userId("alice");
    String id = admin.post(PATH, body("p", "user", alice)).expect(201).text("id");
    String client = admin.post(PATH, body("p", "client", "tasks-service")).expect(201).text("id");
    // caller's role → list users', read user's, change user's, make for user, read client's, change
    Object[][] table = {
      {null, 403, 403, 403, 403, 403, 403},
      {"view-users", 200, 200, 403, 403, 403, 403},
      {"manage-users", 200, 200, 200, 201, 403, 403},
      {"view-clients", 403, 403, 403, 403, 200, 403},
      {"manage-clients", 403, 403, 403, 403, 200, 200},
      {"realm-admin", 200, 200, 200, 201, 200, 200},
    };
    for (Object[] row : table) {
      String token = administrator((String) row[0]);
      String what = String.valueOf(row[0]);
      assertThat(as(token, "GET", "?owner=user:" + alice, null)).as(what).isEqualTo(row[1]);
      assertThat(as(token, "GET", "/" + id, null)).as(what).isEqualTo(row[2]);
      assertThat(as(token, "PATCH", "/" + id, Json.object("active", true)))
          .as(what)
          .isEqualTo(row[3]);
      assertThat(as(token, "POST", "", body("q", "user", alice))).as(what).isEqualTo(row[4]);
      assertThat(as(token, "GET", "/" + client, null)).as(what).isEqualTo(row[5]);
      assertThat(as(token, "PATCH", "/" + client, Json.object("active", true)))
          .as(what)
          .isEqualTo(row[6]);
      assertThat(as(token, "GET", "?owner=user", null)).as(what).isEqualTo(row[1]);
      assertThat(as(token, "GET", "?owner=client", null)).as(what).isEqualTo(row[5]);
      int both = "realm-admin".equals(row[0]) ? 200 : 403;
      assertThat(as(token, "GET", "", null)).as(what).isEqualTo(both);
    }
    assertThat(as("garbage", "GET", "", null)).isEqualTo(401);
  }

  private int as(String token, String method, String path, @Nullable String json) {
    HttpRequest.Builder request =
        Http.request(stack.url() + "/admin" + PATH + path)
            .header("Authorization", "Bearer " + token)
            .method(
                method,
                json == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(json));
    return Http.send(request).status();
  }

  /** A user of the realm with one role of realm-management; its token by a full-scope client. */
  private String administrator(@Nullable String role) {
    String name = "admin-" + (role == null ? "none" : role);
    admin
        .post(
            "/realms/app/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org",
             "emailVerified": true, "firstName": "A", "lastName": "B",
             "credentials": [{"type": "password", "value": "%2$s"}]}
            """
                .formatted(name, Realm.PASSWORD))
        .expect(201);
    if (role != null) {
      String management = admin.clientUuid("realm-management");
      JsonNode found =
          admin.get("/realms/app/clients/" + management + "/roles/" + role).expect(200).json();
      admin
          .post(
              "/realms/app/users/" + admin.userId(name) + "/role-mappings/clients/" + management,
              "[" + found + "]")
          .expect(204);
    }
    return AccountApi.of(realm, admin).token(name);
  }

  @Test
  void realmListIsPaged() {
    String alice = admin.userId("alice");
    for (int i = 0; i < 3; i++) {
      admin.post(PATH, body("page" + i, "user", alice)).expect(201);
    }
    JsonNode all = admin.get(PATH + "?max=1000").expect(200).json();
    assertThat(all.size()).isGreaterThanOrEqualTo(3);
    JsonNode second = admin.get(PATH + "?first=1&max=1").expect(200).json();
    assertThat(second).hasSize(1);
    assertThat(second.get(0).get("id")).isEqualTo(all.get(1).get("id"));
    assertThat(admin.get(PATH + "?max=0").status()).isEqualTo(400);
    assertThat(admin.get(PATH + "?first=x").status()).isEqualTo(400);
    assertThat(admin.get(PATH + "?owner=robot:1").status()).isEqualTo(400);
    assertThat(admin.get(PATH + "?owner=user:nobody").status()).isEqualTo(404);
    assertThat(admin.post(PATH, Keys.body("x", null)).status()).isEqualTo(400);
    assertThat(admin.post(PATH, "garbage").status()).isEqualTo(400);
  }
}

package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** K3, K11: Keycloak's fine-grained permissions decide about the keys and limits of one user. */
@SharedRealm
class FineGrainedKeysIT {

  private static final TestStack STACK = TestStack.get();
  private static final AdminApi ADMIN = STACK.admin();
  private static final String NAME = "fine-grained";
  private static final String REALM = "/realms/" + NAME;

  @BeforeAll
  static void makeRealm() {
    ADMIN.makeRealm(
        """
            {"realm": "%1$s", "enabled": true, "adminPermissionsEnabled": true, "users": [
              {"username": "helpdesk", "enabled": true, "email": "h@example.org", "emailVerified": true,
               "firstName": "Help", "lastName": "Desk",
               "credentials": [{"type": "password", "value": "%2$s"}],
               "clientRoles": {"realm-management": ["query-users"]}},
              {"username": "ann", "enabled": true}, {"username": "ben", "enabled": true}]}
            """
            .formatted(NAME, Realm.PASSWORD));
    String server =
        REALM
            + "/clients/"
            + first("clients?clientId=admin-permissions")
            + "/authz/resource-server";
    String policy =
        ADMIN
            .post(
                server + "/policy/user",
                Json.of(Map.of("name", "the helpdesk", "users", List.of(user("helpdesk")))))
            .expect(201)
            .text("id");
    ADMIN
        .post(
            server + "/permission/scope",
            Json.of(
                Map.of(
                    "name",
                    "ann by the helpdesk",
                    "resourceType",
                    "Users",
                    "resources",
                    List.of(user("ann")),
                    "scopes",
                    List.of("view", "manage"),
                    "policies",
                    List.of(policy))))
        .expect(201);
  }

  @AfterAll
  static void removeRealm() {
    ADMIN.delete(REALM);
  }

  private static String first(String resource) {
    return ADMIN.get(REALM + "/" + resource).expect(200).json().get(0).get("id").asText();
  }

  private static String user(String name) {
    return first("users?exact=true&username=" + name);
  }

  private static Response as(String method, String path, @Nullable String body) {
    String token =
        Http.postForm(
                new Realm(STACK.url(), NAME).endpoint("token"),
                Map.of(
                    "grant_type",
                    "password",
                    "client_id",
                    "admin-cli",
                    "username",
                    "helpdesk",
                    "password",
                    Realm.PASSWORD))
            .expect(200)
            .text("access_token");
    return Http.send(
        Http.request(STACK.url() + "/admin" + REALM + path)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body)));
  }

  private static String newKey(String owner) {
    return Json.of(
        Map.of(
            "name", "k", "scopes", List.of(), "owner", Map.of("type", "user", "id", user(owner))));
  }

  @Test
  void theKeysOfOneUserAndOfNoOther() {
    String own = as("POST", "/api-keys", newKey("ann")).expect(201).text("id");
    String other = ADMIN.post(REALM + "/api-keys", newKey("ben")).expect(201).text("id");
    assertThat(as("POST", "/api-keys", newKey("ben")).status()).isEqualTo(403);
    as("GET", "/api-keys?owner=user:" + user("ann"), null).expect(200);
    assertThat(as("GET", "/api-keys?owner=user:" + user("ben"), null).status()).isEqualTo(403);
    assertThat(as("GET", "/api-keys", null).status()).as("all keys").isEqualTo(403);
    assertThat(as("GET", "/api-keys/" + other, null).status()).isEqualTo(403);
    assertThat(as("PATCH", "/api-keys/" + other, Json.object("active", false)).status())
        .isEqualTo(403);
    assertThat(as("DELETE", "/api-keys/" + other, null).status()).isEqualTo(403);
    as("PATCH", "/api-keys/" + own, Json.object("active", false)).expect(200);
    as("DELETE", "/api-keys/" + own, null).expect(204);
    assertThat(ADMIN.get(REALM + "/api-keys").json()).hasSize(1);
  }

  @Test
  void theLimitOfOneUserAndOfNoOther() {
    as("POST", "/login-limits/unblock", Json.object("username", "ann")).expect(200);
    for (String body :
        List.of(
            Json.object("username", "ben"),
            Json.object("username", "nobody"),
            Json.object("address", "198.51.100.1"))) {
      assertThat(as("POST", "/login-limits/unblock", body).status()).as(body).isEqualTo(403);
    }
  }
}

package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** K3: what the server says of its REST is what it answers; errors have one form. */
@SharedRealm
class OpenApiIT {

  private static final String OWN = "/realms/{realm}/api-keys";
  private static final String ADMIN = "/admin/realms/{realm}/api-keys";
  private static final String PATH = "/realms/app/api-keys";

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();
  private final JsonNode document = Http.get(keys.url() + "/openapi.json").expect(200).json();
  private final Contract contract = new Contract(document);

  /** Parsers differ in which of two members of the same name they take. */
  @Test
  void noMemberIsThereTwice() {
    ObjectMapper strict = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    assertThatCode(() -> strict.readTree(Http.get(keys.url() + "/openapi.json").body()))
        .doesNotThrowAnyException();
  }

  @Test
  void everyOperationAnswersAsTheDocumentSays() {
    contract.check("get", OWN + "/openapi.json", Http.get(keys.url() + "/openapi.json"));
    String nowhere = stack.url() + "/realms/nowhere/api-keys/openapi.json";
    contract.check("get", OWN + "/openapi.json", Http.get(nowhere)).expect(404);
    owner();
    administrator();
    verify();
    TreeSet<String> documented = new TreeSet<>();
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method -> {
                          if (!method.equals("parameters")) {
                            documented.add(method + " " + path.getKey());
                          }
                        }));
    assertThat(contract.seen()).as("each was answered without an error").isEqualTo(documented);
  }

  private void owner() {
    String token = keys.token("alice");
    String body = Keys.body("contract", "2040-01-01T00:00:00Z", "tasks:read");
    contract.checkBody("NewKey", body);
    JsonNode made = contract.check("post", OWN, keys.create(token, body)).expect(201).json();
    String id = "/" + made.get("id").asText();
    keys.verify(made.get("key").asText()).expect(200);
    contract.check("get", OWN, keys.send("GET", "?first=0&max=5", token, null));
    contract.check("get", OWN + "/settings", keys.send("GET", "/settings", token, null));
    contract.check("get", OWN + "/settings", keys.send("GET", "/settings", null, null)).expect(401);
    contract.check("get", OWN + "/{id}", keys.send("GET", id, token, null));
    String change = Json.object("name", "other", "active", true, "expiresAt", null);
    contract.checkBody("KeyChange", change);
    contract.check("patch", OWN + "/{id}", keys.send("PATCH", id, token, change));
    contract
        .check("post", OWN + "/{id}/rotate", keys.send("POST", id + "/rotate", token, "{}"))
        .expect(201);
    JsonNode second = contract.check("post", OWN, keys.create(token, Keys.body("b", null))).json();
    String secondId = "/" + second.get("id").asText();
    keys.send("POST", secondId + "/rotate", token, Json.object("overlapSeconds", 60)).expect(201);
    contract.check("get", OWN + "/{id}", keys.send("GET", secondId, token, null)).expect(200);
    contract
        .check("post", OWN + "/{id}/rotate", keys.send("POST", secondId + "/rotate", token, "{}"))
        .expect(409);
    contract.check("delete", OWN + "/{id}", keys.send("DELETE", secondId, token, null));
    contract.check("delete", OWN + "/{id}", keys.send("DELETE", secondId, token, null)).expect(404);
    contract.check("get", OWN, keys.send("GET", "", null, null)).expect(401);
    contract.check("delete", OWN, keys.send("DELETE", "", token, null)).expect(204);
    contract.check("delete", OWN, keys.send("DELETE", "", null, null)).expect(401);
    contract.check("get", OWN, keys.send("GET", "", "garbage", null)).expect(401);
    contract.check("get", OWN, keys.send("GET", "?max=0", token, null)).expect(400);
    contract.check("post", OWN, keys.create(token, "{")).expect(400);
    contract.check("post", OWN, keys.create(token, Keys.body("x", null, "admin"))).expect(400);
    contract.check("post", OWN, keys.create(token, "\"" + "x".repeat(70_000) + "\"")).expect(413);
    contract
        .check(
            "post",
            OWN,
            Http.postForm(keys.url(), Map.of("name", "x"), "Authorization", "Bearer " + token))
        .expect(415);
    String service =
        realm
            .clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of())
            .expect(200)
            .text("access_token");
    contract.check("post", OWN, keys.create(service, Keys.body("x", null))).expect(403);
  }

  private void administrator() {
    String body =
        Json.object(
            "name",
            "by admin",
            "scopes",
            List.of("tasks:read"),
            "owner",
            Map.of("type", "client", "id", "tasks-service"));
    contract.checkBody("NewKeyOfOwner", body);
    JsonNode made = contract.check("post", ADMIN, admin.post(PATH, body)).expect(201).json();
    String path = PATH + "/" + made.get("id").asText();
    contract.check("get", ADMIN, admin.get(PATH + "?max=2"));
    contract.check("get", ADMIN, admin.get(PATH + "?max=2000")).expect(400);
    contract.check("get", ADMIN, admin.get(PATH + "?owner=user:nobody")).expect(404);
    contract.check("get", ADMIN + "/{id}", admin.get(path));
    String settings = ADMIN + "/settings";
    contract.check("get", settings, admin.get(PATH + "/settings?owner=client:tasks-service"));
    contract.check("get", settings, admin.get(PATH + "/settings")).expect(400);
    contract.check("get", settings, admin.get(PATH + "/settings?owner=user:nobody")).expect(404);
    contract.check("patch", ADMIN + "/{id}", admin.patch(path, Json.object("name", "n")));
    contract
        .check(
            "patch",
            OWN + "/{id}",
            Http.send(
                Http.request(keys.url() + "/" + keys.made("alice", "merge").get("id").asText())
                    .header("Authorization", "Bearer " + keys.token("alice"))
                    .header("Content-Type", "application/merge-patch+json")
                    .method(
                        "PATCH", HttpRequest.BodyPublishers.ofString(Json.object("name", "m")))))
        .expect(200);
    Response rotated = admin.post(path + "/rotate", "{}");
    contract.check("post", ADMIN + "/{id}/rotate", rotated).expect(201);
    assertThat(rotated.header("Content-Location")).endsWith("/" + rotated.text("id"));
    assertThat(rotated.headers().firstValue("Location")).as("kcadm.sh would fetch it").isEmpty();
    assertThat(keys.isGood(rotated.text("key"))).isTrue();
    JsonNode again = admin.post(PATH, body).expect(201).json();
    String againPath = PATH + "/" + again.get("id").asText();
    contract.check("delete", ADMIN + "/{id}", admin.delete(againPath));
    contract.check("delete", ADMIN + "/{id}", admin.delete(againPath)).expect(404);
    String row =
        Json.object("username", "alice", "hash", ForeignKeys.sha256("contract-key-0123456789"));
    contract.checkBody("ImportRow", row);
    Response imported = admin.post(PATH + "/import", row + "\nx\n");
    assertThat(contract.check("post", ADMIN + "/import", imported).json().get("refused").asInt())
        .isEqualTo(1);
    contract.check("post", ADMIN + "/reindex", admin.post(PATH + "/reindex", ""));
    contract.check("post", ADMIN + "/reindex", admin.post(PATH + "/reindex?max=0", "")).expect(400);
    // Somebody of the realm who is no administrator: Keycloak's own permissions, our form.
    String user = keys.token("alice");
    for (String below : List.of("", "/" + made.get("id").asText())) {
      Response refused =
          Http.get(stack.url() + "/admin" + PATH + below, "Authorization", "Bearer " + user);
      contract.check("get", ADMIN + (below.isEmpty() ? "" : "/{id}"), refused).expect(403);
    }
    contract
        .check("get", ADMIN, Http.get(stack.url() + "/admin" + PATH, "Authorization", "Bearer x"))
        .expect(401);
  }

  private void verify() {
    String key = keys.made("bob", "v", "tasks:read").get("key").asText();
    for (String method : List.of("get", "post", "put", "patch", "delete", "options")) {
      for (String below : List.of("/verify", "/verify/a/b")) {
        Response answer =
            Http.send(
                Http.request(keys.url() + below)
                    .header("Authorization", Keys.GATEWAY)
                    .header("X-API-Key", key)
                    .method(method.toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.noBody()));
        contract.check(method, OWN + (below.equals("/verify") ? below : "/verify/{path}"), answer);
      }
    }
    String path = OWN + "/verify";
    String body =
        """
        {"name": "all", "scopes": ["tasks:read"], "rateLimit": {"requests": 1, "seconds": 3600},
         "allowedNetworks": ["127.0.0.0/8", "2001:db8::/32"], "metadata": {"team": "billing"}}
        """;
    contract.checkBody("NewKey", body);
    JsonNode full =
        contract.check("post", OWN, keys.create(keys.token("bob"), body)).expect(201).json();
    contract.check("get", path, keys.verify(full.get("key").asText())).expect(200);
    contract.check("get", path, keys.verify(full.get("key").asText())).expect(429);
    String change =
        """
        {"rateLimit": {"requests": 2}, "allowedNetworks": null, "metadata": {"team": null}}
        """;
    contract.checkBody("KeyChange", change);
    String id = "/" + full.get("id").asText();
    contract
        .check("patch", OWN + "/{id}", keys.send("PATCH", id, keys.token("bob"), change))
        .expect(200);
    contract.check("get", path, keys.verify("wrong-key")).expect(403);
    contract.check("get", path, Http.get(keys.url() + "/verify", "X-API-Key", key)).expect(401);
    contract
        .check(
            "get",
            path,
            Http.get(
                keys.url() + "/verify",
                "X-API-Key",
                key,
                "Authorization",
                Realm.basic("tasks-service", "tasks-service-dev-secret")))
        .expect(401);
  }

  @Test
  void errorsHaveTheFormOfRfc9457() {
    String token = keys.token("alice");
    Map<Integer, List<Response>> answers =
        Map.of(
            400,
            List.of(
                keys.create(token, "[]"),
                keys.create(token, Keys.body("x", null, "admin")),
                keys.create(token, Keys.body("x", "2001-01-01T00:00:00Z")),
                admin.post(PATH, "{}")),
            401,
            List.of(keys.send("GET", "", null, null)),
            404,
            List.of(keys.send("GET", "/nothing", token, null), admin.get(PATH + "/nothing")));
    answers.forEach((status, all) -> all.forEach(answer -> assertProblem(answer, status)));
  }

  private static void assertProblem(Response answer, int status) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    JsonNode problem = answer.json();
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("type").asText())
        .isEqualTo("tag:bulwark.dev,2026:error:" + problem.get("error").asText());
    assertThat(problem.get("detail")).isEqualTo(problem.get("error_description"));
    assertThat(problem.get("title").asText()).isNotBlank();
  }

  @Test
  void browsersOfNamedOriginsMayExchangeAKey() {
    String origin = "http://localhost";
    Response preflight =
        Http.send(
            Http.request(realm.endpoint("token"))
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "x-api-key")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
    assertThat(preflight.status()).isEqualTo(200);
    assertThat(preflight.header("Access-Control-Allow-Headers")).contains("X-API-Key");
    assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo(origin);
    String key = keys.made("alice", "browser", "tasks:read").get("key").asText();
    Map<String, String> form = Map.of("grant_type", Keys.GRANT, "client_id", "dev-cli");
    Response own = Http.postForm(realm.endpoint("token"), form, "X-API-Key", key, "Origin", origin);
    assertThat(own.expect(200).header("Access-Control-Allow-Origin")).isEqualTo(origin);
    Response refused =
        Http.postForm(
            realm.endpoint("token"), form, "X-API-Key", "wrong-key-0123456789", "Origin", origin);
    assertThat(refused.expect(400).header("Access-Control-Allow-Origin"))
        .as("the page may read why")
        .isEqualTo(origin);
    Response foreign =
        Http.postForm(
            realm.endpoint("token"), form, "X-API-Key", key, "Origin", "https://evil.example");
    assertThat(foreign.status()).isEqualTo(403);
    assertThat(foreign.header("Access-Control-Allow-Origin")).isEmpty();
    assertThat(foreign.body()).doesNotContain("access_token");
  }

  @Test
  void browsersOfNamedOriginsMayManageKeysByEveryMethod() {
    String token = keys.token("alice");
    String id = "/" + keys.made("alice", "cors", "tasks:read").get("id").asText();
    for (String path : List.of("", id, id + "/rotate")) {
      Response preflight =
          Http.send(
              Http.request(keys.url() + path)
                  .header("Origin", "http://localhost")
                  .header("Access-Control-Request-Method", "POST")
                  .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
      assertThat(preflight.status()).as(path).isEqualTo(200);
      assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo("http://localhost");
      assertThat(preflight.header("Access-Control-Allow-Methods"))
          .contains("GET", "POST", "PATCH", "DELETE");
      assertThat(preflight.header("Access-Control-Allow-Headers")).contains("Authorization");
    }
    for (String origin : List.of("http://localhost", "https://evil.example", "null")) {
      Response answer =
          Http.send(
              Http.request(keys.url() + id)
                  .header("Origin", origin)
                  .header("Authorization", "Bearer " + token)
                  .header("Content-Type", "application/json")
                  .method("PATCH", HttpRequest.BodyPublishers.ofString(Json.object("name", "c"))));
      boolean named = origin.equals("http://localhost");
      assertThat(answer.status()).as(origin).isEqualTo(named ? 200 : 403);
      assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(named ? origin : "");
    }
  }
}

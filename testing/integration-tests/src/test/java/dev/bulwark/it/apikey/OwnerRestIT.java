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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** K1, K2, K3: what owners do with their keys. */
@SharedRealm
class OwnerRestIT {

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);

  @Test
  void createdKeyHasThePromisedFormAndIsShownOnce() {
    String token = keys.token("alice");
    Instant before = Instant.now();
    Response created =
        keys.create(token, Keys.body("ci", "2030-01-01T00:00:00Z", "tasks:read", "tasks:write"))
            .expect(201);
    JsonNode key = created.json();
    assertThat(key.properties().stream().map(Map.Entry::getKey))
        .containsExactlyInAnyOrder(
            "id",
            "key",
            "name",
            "prefix",
            "scopes",
            "createdAt",
            "expiresAt",
            "rateLimit",
            "allowedNetworks",
            "metadata");
    assertThat(key.get("key").asText()).matches("atk_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}");
    assertThat(key.get("key").asText()).startsWith(key.get("prefix").asText());
    assertThat(key.get("name").asText()).isEqualTo("ci");
    assertThat(key.get("scopes"))
        .extracting(JsonNode::asText)
        .containsExactly("tasks:read", "tasks:write");
    assertThat(key.get("expiresAt").asText()).isEqualTo("2030-01-01T00:00:00Z");
    assertThat(Instant.parse(key.get("createdAt").asText()))
        .isBetween(before.minusSeconds(2), Instant.now().plusSeconds(2));
    assertThat(created.header("Cache-Control")).isEqualTo("no-store");
    assertThat(created.header("Location")).endsWith("/api-keys/" + key.get("id").asText());

    String id = key.get("id").asText();
    Response listed = keys.send("GET", "", token, null).expect(200);
    Response one = keys.send("GET", "/" + id, token, null).expect(200);
    assertThat(listed.body()).doesNotContain(key.get("key").asText()).doesNotContain("hash");
    assertThat(one.body()).doesNotContain(key.get("key").asText());
    assertThat(one.json().properties().stream().map(Map.Entry::getKey))
        .containsExactlyInAnyOrder(
            "id",
            "name",
            "prefix",
            "scopes",
            "createdAt",
            "expiresAt",
            "active",
            "lastUsedAt",
            "requestCount",
            "graceUntil",
            "rateLimit",
            "allowedNetworks",
            "metadata");
    assertThat(one.json().get("active").asBoolean()).isTrue();
    assertThat(one.json().get("lastUsedAt").isNull()).isTrue();
    assertThat(one.json().get("requestCount").asLong()).isZero();
    assertThat(one.json().get("graceUntil").isNull()).isTrue();
    assertThat(listed.json()).contains(one.json());
  }

  @Test
  void onlyTheHashIsStored() {
    JsonNode key = keys.made("alice", "stored", "tasks:read");
    String user = stack.admin().userId("alice");
    String credentials =
        stack.admin().get("/realms/app/users/" + user + "/credentials").expect(200).body();
    assertThat(credentials)
        .contains(key.get("id").asText())
        .contains("\"api-key\"")
        .doesNotContain(key.get("key").asText());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"name":"","scopes":[]}                                  | 400 | invalid_request
          {"scopes":[]}                                            | 400 | invalid_request
          {"name":5}                                               | 400 | invalid_request
          {"name":"x","scopes":"tasks:read"}                       | 400 | invalid_request
          {"name":"x","scopes":[1]}                                | 400 | invalid_request
          {"name":"x","scopes":["no-such-scope"]}                  | 400 | invalid_scope
          {"name":"x","scopes":["admin"]}                          | 400 | invalid_scope
          {"name":"x","scopes":["offline_access"]}                 | 400 | invalid_scope
          {"name":"x","scopes":["roles"]}                          | 400 | invalid_scope
          {"name":"x","expiresAt":"yesterday"}                     | 400 | invalid_request
          {"name":"x","expiresAt":"2020-01-01T00:00:00Z"}          | 400 | invalid_request
          {"name":"x","expiresAt":1893456000}                      | 400 | invalid_request
          {"name":"x"                                              | 400 | invalid_request
          {"name":"x"} {"name":"y"}                                | 400 | invalid_request
          {"name":"x","name":"y"}                                  | 400 | invalid_request
          {"name":"x","scopes":[],"expires_at":"2031-01-01T00:00:00Z"} | 400 | invalid_request
          {"name":"x","scopes":[],"owner":{"type":"user","id":"x"}} | 400 | invalid_request
          []                                                       | 400 | invalid_request
          null                                                     | 400 | invalid_request
          not json                                                 | 400 | invalid_request
          """)
  void badBodiesAreRefused(String body, int status, String error) {
    Response response = keys.create(keys.token("alice"), body);
    assertThat(response.status()).as(response.body()).isEqualTo(status);
    assertThat(response.text("error")).isEqualTo(error);
    assertThat(response.header("Content-Type")).startsWith("application/problem+json");
  }

  @Test
  void oversizedAndBinaryBodiesAreRefused() {
    String token = keys.token("alice");
    assertThat(keys.create(token, Json.object("name", "x".repeat(1_000_000))).status())
        .isEqualTo(413);
    Response binary =
        Http.send(
            Http.request(keys.url())
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[] {0, 1, 2, (byte) 0xff})));
    assertThat(binary.status()).isEqualTo(400);
    Response deep = keys.create(token, "[".repeat(30_000));
    assertThat(deep.status()).isEqualTo(400);
    Response name = keys.create(token, Keys.body("x".repeat(101), null));
    assertThat(name.status()).isEqualTo(400);
  }

  @Test
  void theScopeAdminIsForOwnersWithTheRole() {
    JsonNode key = keys.made("carol", "boss", "admin");
    assertThat(keys.verify(key.get("key").asText()).expect(200).header("X-Auth-Scopes"))
        .isEqualTo("admin");
  }

  @Test
  void callersMustBeTheOwner() {
    JsonNode key = keys.made("alice", "mine", "tasks:read");
    String path = "/" + key.get("id").asText();
    String bob = keys.token("bob");
    assertThat(keys.send("GET", path, bob, null).status()).isEqualTo(404);
    assertThat(keys.send("DELETE", path, bob, null).status()).isEqualTo(404);
    assertThat(keys.send("PATCH", path, bob, Json.object("active", false)).status()).isEqualTo(404);
    assertThat(keys.send("POST", path + "/rotate", bob, "{}").status()).isEqualTo(404);
    assertThat(keys.send("GET", "", bob, null).expect(200).body())
        .doesNotContain(path.substring(1));
    for (String token : new String[] {null, "garbage", "a.b.c"}) {
      Response refused = keys.send("GET", path, token, null);
      assertThat(refused.status()).isEqualTo(401);
      assertThat(refused.header("WWW-Authenticate")).startsWith("Bearer");
    }
    assertThat(keys.isGood(key.get("key").asText())).isTrue();
  }

  /** PostgreSQL rejects a query with NUL; the longest id has 36 characters. */
  @ParameterizedTest
  @ValueSource(strings = {"%00", "a%00b", "%0A", "0123456789012345678901234567890123456"})
  void whatIsNoIdIsNotFound(String id) {
    String path = "/" + id;
    String token = keys.token("alice");
    AdminApi admin = stack.admin();
    String adminPath = "/realms/app/api-keys" + path;
    String change = Json.object("name", "x");
    for (Response answer :
        List.of(
            keys.send("GET", path, token, null),
            keys.send("PATCH", path, token, change),
            keys.send("DELETE", path, token, null),
            keys.send("POST", path + "/rotate", token, "{}"),
            admin.get(adminPath),
            admin.patch(adminPath, change),
            admin.delete(adminPath),
            admin.post(adminPath + "/rotate", "{}"))) {
      assertThat(answer.status()).as(answer.body()).isEqualTo(404);
      assertThat(answer.text("error")).isEqualTo("not_found");
    }
  }

  @Test
  void aListHasAGreatestPage() {
    String token = keys.token("alice");
    String id = keys.create(token, Keys.body("listed", null)).expect(201).text("id");
    assertThat(keys.send("GET", "?max=1000", token, null).expect(200).body()).contains(id);
    assertThat(keys.send("GET", "?max=1001", token, null).expect(400).text("detail"))
        .isEqualTo("max must be a whole number, 1 to 1000");
  }

  @Test
  void tokensOfAnyApplicationMayNotManageKeys() {
    stack
        .admin()
        .post(
            "/realms/app/clients",
            """
            {"clientId": "third-party", "publicClient": true, "directAccessGrantsEnabled": true,
             "fullScopeAllowed": false}
            """)
        .expect(201);
    String token =
        Http.postForm(
                realm.endpoint("token"),
                Map.of(
                    "grant_type", "password",
                    "client_id", "third-party",
                    "username", "alice",
                    "password", Realm.PASSWORD))
            .expect(200)
            .text("access_token");
    assertThat(keys.create(token, Keys.body("grab", null, "tasks:read")).status()).isEqualTo(403);
    assertThat(keys.send("GET", "", token, null).status()).isEqualTo(403);
  }

  @Test
  void renameDeactivateAndReactivate() {
    String token = keys.token("alice");
    JsonNode key = keys.create(token, Keys.body("before", null, "tasks:read")).expect(201).json();
    String path = "/" + key.get("id").asText();
    String plain = key.get("key").asText();

    JsonNode renamed =
        keys.send("PATCH", path, token, Json.object("name", "after")).expect(200).json();
    assertThat(renamed.get("name").asText()).isEqualTo("after");
    assertThat(renamed.get("scopes")).isEqualTo(key.get("scopes"));
    assertThat(keys.isGood(plain)).isTrue();

    JsonNode off = keys.send("PATCH", path, token, Json.object("active", false)).expect(200).json();
    assertThat(off.get("active").asBoolean()).isFalse();
    assertThat(off.get("name").asText()).isEqualTo("after");
    assertThat(keys.isGood(plain)).isFalse();

    keys.send("PATCH", path, token, Json.object("active", true)).expect(200);
    assertThat(keys.isGood(plain)).isTrue();

    keys.send("PATCH", path, token, Json.object("scopes", List.of())).expect(200);
    assertThat(keys.verify(plain).expect(200).header("X-Auth-Scopes")).isEmpty();

    assertThat(keys.send("PATCH", path, token, "{}").status()).isEqualTo(400);
    assertThat(keys.send("PATCH", path, token, Json.object("active", "no")).status())
        .isEqualTo(400);
    assertThat(keys.send("PATCH", path, token, Json.object("scopes", List.of("admin"))).status())
        .isEqualTo(400);
  }

  @Test
  void namesMayRepeat() {
    String token = keys.token("bob");
    keys.create(token, Keys.body("same", null)).expect(201);
    keys.create(token, Keys.body("same", null)).expect(201);
    assertThat(keys.send("GET", "", token, null).json())
        .filteredOn(key -> key.get("name").asText().equals("same"))
        .hasSize(2);
  }

  @Test
  void rotationOverlaps() {
    String token = keys.token("alice");
    JsonNode old =
        keys.create(token, Keys.body("rotating", "2031-01-01T00:00:00Z", "tasks:read"))
            .expect(201)
            .json();
    String path = "/" + old.get("id").asText();
    assertThat(
            keys.send("POST", path + "/rotate", token, Json.object("overlap_seconds", 3)).status())
        .as("without the overlap the old key would end at once")
        .isEqualTo(400);
    assertThat(keys.send("PATCH", path, token, Json.object("name", "x", "expires", null)).status())
        .isEqualTo(400);
    Instant before = Instant.now();
    JsonNode made =
        keys.send("POST", path + "/rotate", token, Json.object("overlapSeconds", 3))
            .expect(201)
            .json();
    assertThat(made.get("id")).isNotEqualTo(old.get("id"));
    assertThat(made.get("name")).isEqualTo(old.get("name"));
    assertThat(made.get("scopes")).isEqualTo(old.get("scopes"));
    assertThat(made.get("expiresAt")).isEqualTo(old.get("expiresAt"));
    String oldKey = old.get("key").asText();
    assertThat(keys.isGood(oldKey)).isTrue();
    assertThat(keys.isGood(made.get("key").asText())).isTrue();

    JsonNode retired = keys.send("GET", path, token, null).expect(200).json();
    assertThat(Instant.parse(retired.get("graceUntil").asText()))
        .isBetween(before.plusSeconds(2), Instant.now().plusSeconds(4));
    assertThat(retired.get("replacedBy")).isEqualTo(made.get("id"));
    assertThat(keys.send("POST", path + "/rotate", token, "{}").status()).isEqualTo(409);
    JsonNode claims = Realm.claims(keys.exchange(oldKey, null).expect(200).text("access_token"));
    assertThat(claims.get("exp").asLong() * 1000)
        .isLessThanOrEqualTo(Instant.parse(retired.get("graceUntil").asText()).toEpochMilli());

    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !keys.isGood(oldKey));
    assertThat(Instant.now()).isAfterOrEqualTo(Instant.parse(retired.get("graceUntil").asText()));
    assertThat(keys.isGood(made.get("key").asText())).isTrue();
  }

  @Test
  void rotationWithoutOverlapRevokes() {
    String token = keys.token("alice");
    JsonNode old = keys.create(token, Keys.body("at once", null)).expect(201).json();
    String path = "/" + old.get("id").asText();
    JsonNode made =
        keys.send("POST", path + "/rotate", token, Json.object("overlapSeconds", 0))
            .expect(201)
            .json();
    assertThat(keys.isGood(old.get("key").asText())).isFalse();
    assertThat(keys.isGood(made.get("key").asText())).isTrue();
    assertThat(keys.send("GET", path, token, null).status()).isEqualTo(404);
    assertThat(
            keys.send(
                    "POST",
                    "/" + made.get("id").asText() + "/rotate",
                    token,
                    Json.object("overlapSeconds", -1))
                .status())
        .isEqualTo(400);
    assertThat(
            keys.send(
                    "POST",
                    "/" + made.get("id").asText() + "/rotate",
                    token,
                    Json.object("overlapSeconds", "1"))
                .status())
        .isEqualTo(400);
  }

  @Test
  void revokedKeyIsGone() {
    String token = keys.token("alice");
    JsonNode key = keys.create(token, Keys.body("short-lived", null)).expect(201).json();
    String path = "/" + key.get("id").asText();
    assertThat(keys.isGood(key.get("key").asText())).isTrue();
    keys.send("DELETE", path, token, null).expect(204);
    assertThat(keys.isGood(key.get("key").asText())).isFalse();
    assertThat(keys.send("GET", path, token, null).status()).isEqualTo(404);
    assertThat(keys.send("DELETE", path, token, null).status()).isEqualTo(404);
    assertThat(keys.exchange(key.get("key").asText(), null).status()).isEqualTo(400);
  }

  @Test
  void fiftyParallelCreationsRespectTheLimit() throws InterruptedException, ExecutionException {
    String user =
        """
        {"username": "limited", "enabled": true, "email": "limited@example.org",
         "emailVerified": true, "firstName": "L", "lastName": "D",
         "credentials": [{"type": "password", "value": "%s"}]}
        """
            .formatted(Realm.PASSWORD);
    stack.admin().post("/realms/app/users", user).expect(201);
    String token = keys.token("limited");
    for (int i = 0; i < 35; i++) {
      keys.create(token, Keys.body("k" + i, null)).expect(201);
    }
    ExecutorService pool = Executors.newFixedThreadPool(8);
    List<Future<Response>> running = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      String body = Keys.body("p" + i, null);
      running.add(pool.submit(() -> keys.create(token, body)));
    }
    int made = 0;
    for (Future<Response> future : running) {
      int status = future.get().status();
      assertThat(status).isIn(201, 409);
      made += status == 201 ? 1 : 0;
    }
    pool.shutdown();
    assertThat(made).isEqualTo(15);
    assertThat(keys.send("GET", "", token, null).json()).hasSize(50);
  }

  @Test
  void browsersOfNamedOriginsAreAnswered() {
    Response preflight =
        Http.send(
            Http.request(keys.url())
                .header("Origin", "http://localhost:8081")
                .header("Access-Control-Request-Method", "PATCH")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
    assertThat(preflight.status()).isEqualTo(200);
    assertThat(preflight.header("Access-Control-Allow-Methods")).contains("PATCH");
    String token = keys.token("alice");
    Response foreign =
        Http.get(keys.url(), "Authorization", "Bearer " + token, "Origin", "https://evil.example");
    assertThat(foreign.status()).isEqualTo(403);
    assertThat(foreign.header("Access-Control-Allow-Origin")).isEmpty();
    Response own =
        Http.get(keys.url(), "Authorization", "Bearer " + token, "Origin", "http://localhost");
    assertThat(own.status()).isEqualTo(200);
    assertThat(own.header("Access-Control-Allow-Origin")).isEqualTo("http://localhost");
  }
}

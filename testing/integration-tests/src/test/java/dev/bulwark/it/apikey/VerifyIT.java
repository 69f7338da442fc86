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
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K5, K6: forward authentication, introspection of raw keys, and whatever ends a key. */
@SharedRealm
class VerifyIT {

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
  void goodKeyIsDescribedInHeaders(String method) {
    JsonNode key = keys.made("alice", "gw", "tasks:read", "tasks:write");
    for (String path : List.of("/verify", "/verify/orders/17?x=y")) {
      Response response =
          Http.send(
              Http.request(keys.url() + path)
                  .header("Authorization", Keys.GATEWAY)
                  .header("X-API-Key", key.get("key").asText())
                  .method(method, HttpRequest.BodyPublishers.noBody()));
      assertThat(response.status()).as(path).isEqualTo(200);
      assertThat(response.header("X-Auth-Subject")).isEqualTo(admin.userId("alice"));
      assertThat(response.header("X-Auth-Username")).isEqualTo("alice");
      assertThat(response.headers().allValues("X-Auth-Client")).containsExactly("");
      assertThat(response.header("X-Auth-Scopes")).isEqualTo("tasks:read tasks:write");
      assertThat(response.header("X-Auth-Key-Id")).isEqualTo(key.get("id").asText());
      assertThat(response.header("Cache-Control")).isEqualTo("no-store");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "atk_0123456789012345678901234567890123456789012abcdef",
        "a key with spaces",
        "schl\u00fcssel"
      })
  void wrongKeysAreRefusedInTheFixedForm(String key) {
    Response refused = keys.verify(key);
    assertThat(refused.status()).isEqualTo(403);
    JsonNode problem = refused.json();
    assertThat(problem.get("error").asText()).isEqualTo("invalid_api_key");
    assertThat(problem.get("error_description").asText()).isEqualTo("Invalid or revoked API key");
    assertThat(problem.get("status").asInt()).isEqualTo(403);
    assertThat(problem.size()).as("no reason").isEqualTo(6);
    assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
    assertThat(refused.header("X-Auth-Subject")).isEmpty();
  }

  @Test
  void missingKeyIsRefused() {
    Response refused = Http.get(keys.url() + "/verify", "Authorization", Keys.GATEWAY);
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.text("error")).isEqualTo("invalid_api_key");
  }

  @Test
  void oversizedKeyIsRefusedFast() throws IOException, InterruptedException {
    long start = System.nanoTime();
    int status = keys.verify("atk_" + "x".repeat(7_000)).status();
    assertThat(status).isEqualTo(403);
    // A client of its own: the server closes the connection after a header of this size.
    HttpResponse<String> huge =
        HttpClient.newHttpClient()
            .send(
                Http.request(keys.url() + "/verify")
                    .header("Authorization", Keys.GATEWAY)
                    .header("X-API-Key", "x".repeat(1_000_000))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(huge.statusCode()).isBetween(400, 499);
    assertThat(huge.body()).doesNotContain("at org.", "at io.");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
  }

  /** Wrong keys of everybody count against the gateway's address then. */
  @Test
  void aGatewayThatDoesNotSendTheAddressOfItsCallerIsWarnedOfOnce() {
    admin
        .post(
            "/realms/app/clients",
            """
            {"clientId":"gateway-without-address","secret":"secret-of-this-gateway",
             "serviceAccountsEnabled":true,"attributes":{"api-key.verify":"true"}}
            """)
        .expect(201);
    String caller = Realm.basic("gateway-without-address", "secret-of-this-gateway");
    for (int i = 0; i < 2; i++) {
      Http.get(keys.url() + "/verify", "Authorization", caller, "X-API-Key", "x").expect(403);
    }
    assertThat(stack.keycloak().log().lines())
        .filteredOn(
            line ->
                line.contains("Client gateway-without-address of realm app verifies API keys")
                    && line.contains("api-key.verify.address-header"))
        .hasSize(1);
  }

  @Test
  void callersMustBeKnownAndAllowed() {
    String key = keys.made("alice", "callers", "tasks:read").get("key").asText();
    Response anonymous = Http.get(keys.url() + "/verify", "X-API-Key", key);
    assertThat(anonymous.status()).isEqualTo(401);
    assertThat(anonymous.header("WWW-Authenticate")).startsWith("Basic");
    Response wrong =
        Http.get(
            keys.url() + "/verify", "X-API-Key", key, "Authorization", Realm.basic("gateway", "x"));
    assertThat(wrong.status()).isEqualTo(401);
    Response other =
        Http.get(
            keys.url() + "/verify",
            "X-API-Key",
            key,
            "Authorization",
            Realm.basic("tasks-service", "tasks-service-dev-secret"));
    assertThat(other.text("error")).isEqualTo("unauthorized_client");
    Response publicClient = Http.get(keys.url() + "/verify?client_id=dev-cli", "X-API-Key", key);
    for (Response refused : List.of(anonymous, wrong, other, publicClient)) {
      // 403 is the answer about a key: a gateway would call this good one invalid.
      assertThat(refused.status()).isEqualTo(401);
      assertThat(refused.header("WWW-Authenticate")).isEqualTo("Basic realm=\"app\"");
      assertThat(refused.header("X-Auth-Subject")).isEmpty();
      assertThat(refused.body()).doesNotContain("alice");
    }
  }

  @Test
  void introspectionAnswersForRawKeysToAllowedCallersOnly() {
    JsonNode key = keys.made("alice", "raw", "tasks:read");
    String plain = key.get("key").asText();
    JsonNode answer = realm.introspect(plain).expect(200).json();
    assertThat(answer.get("active").asBoolean()).isTrue();
    assertThat(answer.get("scope").asText()).isEqualTo("tasks:read");
    assertThat(answer.get("sub").asText()).isEqualTo(admin.userId("alice"));
    assertThat(answer.get("username").asText()).isEqualTo("alice");
    assertThat(answer.get("api_key_id")).isEqualTo(key.get("id"));
    assertThat(keys.introspect(plain).get("active").asBoolean()).isFalse();
    assertThat(keys.introspect(plain)).hasSize(1);
    for (String wrong : List.of("atk_" + "A".repeat(49), "atk_x", "nonsense", "a.b.c")) {
      assertThat(realm.introspect(wrong).expect(200).json()).as(wrong).hasSize(1);
    }
    keys.send("DELETE", "/" + key.get("id").asText(), keys.token("alice"), null).expect(204);
    assertThat(realm.introspect(plain).expect(200).json().get("active").asBoolean()).isFalse();
  }

  @Test
  void expiryCountsToTheMoment() {
    Instant end = Instant.now().plusSeconds(4);
    JsonNode key =
        keys.create(keys.token("alice"), Keys.body("soon", end.toString(), "tasks:read"))
            .expect(201)
            .json();
    String plain = key.get("key").asText();
    assertThat(keys.isGood(plain)).isTrue();
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> !keys.isGood(plain));
    assertThat(Instant.now()).isAfterOrEqualTo(end);
    assertThat(keys.exchange(plain, null).status()).isEqualTo(400);
  }

  @Test
  void disabledOwnersKeysAreRefusedAndComeBack() {
    String plain = keys.made("bob", "b", "tasks:read").get("key").asText();
    String user = "/realms/app/users/" + admin.userId("bob");
    assertThat(keys.isGood(plain)).isTrue();
    admin.put(user, Json.object("enabled", false)).expect(204);
    assertThat(keys.isGood(plain)).isFalse();
    assertThat(keys.exchange(plain, null).status()).isEqualTo(400);
    assertThat(realm.introspect(plain).json().get("active").asBoolean()).isFalse();
    admin.put(user, Json.object("enabled", true)).expect(204);
    assertThat(keys.isGood(plain)).isTrue();
  }

  /** With the shipped settings: who guesses passwords must not stop the owner's automation. */
  @Test
  void lockedOwnersKeysGoOn() {
    user("locked");
    String plain = keys.made("locked", "l", "tasks:read").get("key").asText();
    String failures = "/realms/app/attack-detection/brute-force/users/" + admin.userId("locked");
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              realm.login("locked", "wrong-password", "openid");
              return admin.get(failures).expect(200).json().get("disabled").asBoolean();
            });
    assertThat(keys.isGood(plain)).isTrue();
    keys.exchange(plain, null).expect(200);
    assertThat(realm.introspect(plain).json().get("active").asBoolean()).isTrue();
    assertThat(admin.get(failures).expect(200).json().get("disabled").asBoolean()).isTrue();
  }

  @Test
  void deletedOwnersKeysAreGone() {
    user("leaving");
    String plain = keys.made("leaving", "l", "tasks:read").get("key").asText();
    assertThat(keys.isGood(plain)).isTrue();
    admin.delete("/realms/app/users/" + admin.userId("leaving")).expect(204);
    assertThat(keys.isGood(plain)).isFalse();
    assertThat(keys.exchange(plain, null).status()).isEqualTo(400);
  }

  @Test
  void deletionInTheCredentialsTabRevokes() {
    JsonNode key = keys.made("alice", "native", "tasks:read");
    String plain = key.get("key").asText();
    assertThat(keys.isGood(plain)).isTrue();
    admin
        .delete(
            "/realms/app/users/" + admin.userId("alice") + "/credentials/" + key.get("id").asText())
        .expect(204);
    assertThat(keys.isGood(plain)).isFalse();
  }

  @Test
  void renameInTheCredentialsTabIsTheName() {
    JsonNode key = keys.made("alice", "old name", "tasks:read");
    String id = key.get("id").asText();
    Response renamed =
        admin.putText(
            "/realms/app/users/" + admin.userId("alice") + "/credentials/" + id + "/userLabel",
            "new name");
    assertThat(renamed.status()).isEqualTo(204);
    assertThat(keys.send("GET", "/" + id, keys.token("alice"), null).expect(200).text("name"))
        .isEqualTo("new name");
  }

  @Test
  void usageIsCounted() {
    JsonNode key = keys.made("alice", "counted", "tasks:read");
    String path = "/" + key.get("id").asText();
    String token = keys.token("alice");
    Instant before = Instant.now().minusSeconds(2);
    for (int i = 0; i < 5; i++) {
      keys.verify(key.get("key").asText()).expect(200);
    }
    keys.exchange(key.get("key").asText(), null).expect(200);
    JsonNode listed = keys.send("GET", path, token, null).expect(200).json();
    assertThat(listed.get("requestCount").asLong()).isEqualTo(6);
    assertThat(Instant.parse(listed.get("lastUsedAt").asText())).isAfter(before);
  }

  private void user(String name) {
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
  }

  /** Last by its own realm: the limit would disturb the other tests of this class. */
  @Test
  void wrongKeysAreLimitedButKnownOnesGoOn() {
    JsonNode client =
        admin.get("/realms/app/clients/" + admin.clientUuid("gateway")).expect(200).json();
    ((com.fasterxml.jackson.databind.node.ObjectNode) client.get("attributes"))
        .put("api-key.verify.address-header", "X-Real-IP");
    admin.put("/realms/app/clients/" + client.get("id").asText(), client.toString()).expect(204);
    String good = keys.made("alice", "limits", "tasks:read").get("key").asText();
    assertThat(from("198.51.100.1", good).status()).isEqualTo(200);
    int limited = 0;
    for (int i = 0; i < 40; i++) {
      Response response = from("198.51.100.1", "wrong-key-number-" + i);
      assertThat(response.status()).isIn(403, 429);
      if (response.status() == 429) {
        limited++;
        assertThat(Integer.parseInt(response.header("Retry-After"))).isBetween(1, 60);
      }
    }
    assertThat(limited).isEqualTo(10);
    assertThat(from("198.51.100.1", good).status()).isEqualTo(200);
    assertThat(from("198.51.100.2", "wrong-key-number-1").status()).isEqualTo(403);
    // What a caller puts in front of the address that the gateway adds does not help.
    assertThat(from("10.0.0.1, 198.51.100.1", "wrong-key-number-1").status()).isEqualTo(429);
  }

  private Response from(String address, String key) {
    return Http.get(
        keys.url() + "/verify",
        "Authorization",
        Keys.GATEWAY,
        "X-API-Key",
        key,
        "X-Real-IP",
        address);
  }

  @Test
  void headersNameThoseOfAnyScript() {
    admin
        .post(
            "/realms/app/clients",
            Json.object(
                "clientId",
                "k\u00fcche",
                "serviceAccountsEnabled",
                true,
                "optionalClientScopes",
                List.of("tasks:read")))
        .expect(201);
    Response made =
        admin
            .post("/realms/app/api-keys", Keys.bodyOf("client", "k\u00fcche", "s", "tasks:read"))
            .expect(201);
    Response verified = keys.verify(made.text("key")).expect(200);
    assertThat(verified.header("X-Auth-Client")).isEqualTo("k%C3%BCche");
    assertThat(Map.of("client", "k\u00fcche")).containsValue(verified.text("client"));
  }
}

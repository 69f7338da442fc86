package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.ScriptCalls;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K10: the rate limit of a key, at every place where keys are accepted. */
@SharedRealm
class KeyRateLimitIT {

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();

  @BeforeEach
  void believeAddresses() {
    Keys.believeAddresses(admin);
  }

  @AfterEach
  void shipped() {
    KeyPages.limits(admin, ApiKeySetup.SHIPPED_LIMITS);
  }

  private static String limited(String name, int requests, int seconds) {
    return """
        {"name": "%s", "scopes": ["tasks:read"],
         "rateLimit": {"requests": %d, "seconds": %d}}
        """
        .formatted(name, requests, seconds);
  }

  private JsonNode make(String user, int requests, int seconds) {
    String body = limited("limited", requests, seconds);
    return keys.create(keys.token(user), body).expect(201).json();
  }

  private static void assertLeft(Response answer, int requests, int seconds, int remaining) {
    assertThat(answer.header("RateLimit-Policy"))
        .isEqualTo("\"key\";q=" + requests + ";w=" + seconds);
    assertThat(answer.header("RateLimit")).matches("\"key\";r=" + remaining + ";t=[0-9]+");
    long reset = Long.parseLong(answer.header("RateLimit").replaceAll(".*;t=", ""));
    assertThat(reset).isBetween(1L, (long) seconds);
  }

  private static void assertUsedUp(Response answer, int requests, int seconds) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(429);
    assertThat(answer.text("error")).isEqualTo("slow_down");
    assertThat(answer.text("error_description"))
        .isEqualTo("The rate limit of this API key is used up. Try again later");
    assertThat(Long.parseLong(answer.header("Retry-After"))).isBetween(1L, (long) seconds);
    assertLeft(answer, requests, seconds, 0);
  }

  @Test
  void verifyTellsWhatIsLeftAndRefusesWhenItIsUsedUp() {
    JsonNode made = make("alice", 3, 3_600);
    assertThat(made.at("/rateLimit/requests").asInt()).isEqualTo(3);
    assertThat(made.at("/rateLimit/seconds").asInt()).isEqualTo(3_600);
    String key = made.get("key").asText();
    for (int left = 2; left >= 0; left--) {
      Response answer = keys.verify(key).expect(200);
      assertLeft(answer, 3, 3_600, left);
      JsonNode figures = answer.json().get("rateLimit");
      assertThat(figures.get("requests").asInt()).isEqualTo(3);
      assertThat(figures.get("seconds").asInt()).isEqualTo(3_600);
      assertThat(figures.get("remaining").asInt()).isEqualTo(left);
      assertThat(figures.get("resetSeconds").asInt()).isBetween(1, 3_600);
    }
    Response refused = keys.verify(key);
    assertUsedUp(refused, 3, 3_600);
    assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
    assertThat(refused.header("X-Auth-Subject")).isEmpty();
    assertThat(
            keys.send("GET", "/" + made.get("id").asText(), keys.token("alice"), null)
                .expect(200)
                .json()
                .get("requestCount")
                .asInt())
        .as("rejected requests are no use")
        .isEqualTo(3);
  }

  /**
   * That it costs no SQL is shown without a database by {@code KeyUsageFaultsIT}. Networks and
   * metadata cost nothing beside the limit, and a key without a limit needs no Redis.
   */
  @Test
  void aKnownKeyCostsOneScriptAtMost() {
    String body =
        """
        {"name": "restricted", "scopes": ["tasks:read"], "metadata": {"team": "billing"},
         "rateLimit": {"requests": 1000, "seconds": 3600},
         "allowedNetworks": ["127.0.0.0/8", "2001:db8::/32"]}
        """;
    String limited = keys.create(keys.token("bob"), body).expect(201).text("key");
    String free = keys.made("bob", "free", "tasks:read").get("key").asText();
    keys.verify(limited).expect(200);
    keys.verify(free).expect(200);
    try (ScriptCalls calls = new ScriptCalls(stack.redis().url())) {
      int times = 10;
      for (int i = 0; i < times; i++) {
        keys.verify(limited).expect(200);
      }
      assertThat(calls.scripts()).isEqualTo(times);
      for (int i = 0; i < times; i++) {
        keys.verify(free).expect(200);
      }
      assertThat(calls.scripts()).isEqualTo(times);
      assertThat(calls.others()).isEmpty();
    }
  }

  @Test
  void allDoorsCountTogether() {
    new KeyFlows(admin).directGrant("dev-cli");
    JsonNode made = make("carol", 5, 3_600);
    String key = made.get("key").asText();
    assertLeft(keys.verify(key).expect(200), 5, 3_600, 4);
    assertLeft(keys.exchange(key, null).expect(200), 5, 3_600, 3);
    assertLeft(bearer(key).expect(200), 5, 3_600, 2);
    assertLeft(passwordGrant(key).expect(200), 5, 3_600, 1);
    assertThat(introspect(key).expect(200).json().get("active").asBoolean()).isTrue();
    assertUsedUp(keys.verify(key), 5, 3_600);
    assertUsedUp(keys.exchange(key, null), 5, 3_600);
    assertUsedUp(bearer(key), 5, 3_600);
    assertUsedUp(passwordGrant(key), 5, 3_600);
    assertUsedUp(introspect(key), 5, 3_600);
  }

  private Response bearer(String key) {
    return Http.get(
        keys.url() + "/verify",
        "Authorization",
        Keys.GATEWAY,
        "X-Forwarded-Authorization",
        "Bearer " + key);
  }

  private Response passwordGrant(String key) {
    return Http.postForm(
        realm.endpoint("token"),
        Map.of("grant_type", "password", "client_id", "dev-cli"),
        "X-API-Key",
        key);
  }

  private Response introspect(String key) {
    return Http.postForm(
        realm.endpoint("token/introspect"), Map.of("token", key), "Authorization", Keys.GATEWAY);
  }

  @Test
  void aKeyOfAClientIsLimitedToo() {
    String uuid = admin.clientUuid("tasks-service");
    JsonNode made =
        admin
            .post(
                "/realms/app/api-keys",
                """
                {"name": "k", "scopes": ["tasks:read"], "owner": {"type": "client", "id": "%s"},
                 "rateLimit": {"requests": 1, "seconds": 3600}}
                """
                    .formatted(uuid))
            .expect(201)
            .json();
    String key = made.get("key").asText();
    assertLeft(keys.exchange(key, null).expect(200), 1, 3_600, 0);
    assertUsedUp(keys.exchange(key, null), 1, 3_600);
    admin
        .patch(
            "/realms/app/api-keys/" + made.get("id").asText(),
            Json.object("rateLimit", Map.of("requests", 2)))
        .expect(200);
    assertLeft(keys.verify(key).expect(200), 2, 3_600, 0);
  }

  @Test
  void aKeyWithoutALimitHasNoFigures() {
    String key = keys.made("alice", "free", "tasks:read").get("key").asText();
    Response answer = keys.verify(key).expect(200);
    assertThat(answer.header("RateLimit")).isEmpty();
    assertThat(answer.header("RateLimit-Policy")).isEmpty();
    assertThat(answer.json().get("rateLimit").isNull()).isTrue();
    assertThat(keys.exchange(key, null).expect(200).header("RateLimit")).isEmpty();
  }

  @Test
  void theRealmHasADefault() {
    KeyPages.limits(admin, Json.object("rate-limit-requests", "2", "rate-limit-seconds", "3600"));
    JsonNode without = keys.made("alice", "default", "tasks:read");
    assertThat(without.get("rateLimit").isNull()).isTrue();
    String key = without.get("key").asText();
    assertLeft(keys.verify(key).expect(200), 2, 3_600, 1);
    assertLeft(keys.verify(key).expect(200), 2, 3_600, 0);
    assertUsedUp(keys.verify(key), 2, 3_600);

    String token = keys.token("alice");
    assertThat(keys.create(token, limited("more", 3, 3_600)).expect(400).text("detail"))
        .isEqualTo(
            "rateLimit must be within that of the realm: at most 2 requests, in at least 3600"
                + " seconds");
    keys.create(token, limited("faster", 2, 60)).expect(400);
    keys.create(token, limited("within", 1, 86_400)).expect(201);
    // An administrator may give more, and the owner may keep it.
    String path = "/realms/app/api-keys/" + without.get("id").asText();
    admin.patch(path, Json.object("rateLimit", Map.of("requests", 9, "seconds", 3600))).expect(200);
    assertLeft(keys.verify(key).expect(200), 9, 3_600, 6);
    String own = "/" + without.get("id").asText();
    keys.send("PATCH", own, token, Json.object("rateLimit", Map.of("requests", 8))).expect(200);
    keys.send("PATCH", own, token, Json.object("rateLimit", Map.of("requests", 9))).expect(400);
    keys.send("PATCH", own, token, Json.object("name", "renamed")).expect(200);
    keys.send("PATCH", own, token, Json.object("rateLimit", null)).expect(200);
    assertUsedUp(keys.verify(key), 2, 3_600);
  }

  @Test
  void aRealmMayReserveLimitsForAdministrators() {
    String token = keys.token("alice");
    assertThat(settings(token).get("settable").toString()).contains("rateLimit");
    KeyPages.limits(admin, Json.object("owner-rate-limit", "false"));
    assertThat(settings(token).get("settable").toString()).doesNotContain("rateLimit");
    assertThat(keys.create(token, limited("own", 1, 60)).expect(403).text("detail"))
        .isEqualTo("Only an administrator of this realm sets rateLimit");
    JsonNode made = keys.made("alice", "by admin", "tasks:read");
    String id = made.get("id").asText();
    admin
        .patch(
            "/realms/app/api-keys/" + id,
            Json.object("rateLimit", Map.of("requests", 5, "seconds", 3600)))
        .expect(200);
    keys.send("PATCH", "/" + id, token, Json.object("rateLimit", null)).expect(403);
    keys.send("PATCH", "/" + id, token, Json.object("name", "renamed")).expect(200);
    assertLeft(keys.verify(made.get("key").asText()).expect(200), 5, 3_600, 4);
  }

  private JsonNode settings(String token) {
    return keys.send("GET", "/settings", token, null).expect(200).json();
  }

  @Test
  void aRotationKeepsTheLimitAndBeginsAWindow() {
    JsonNode made = make("alice", 2, 3_600);
    keys.verify(made.get("key").asText()).expect(200);
    JsonNode next =
        keys.send("POST", "/" + made.get("id").asText() + "/rotate", keys.token("alice"), "{}")
            .expect(201)
            .json();
    assertLeft(keys.verify(next.get("key").asText()).expect(200), 2, 3_600, 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"requests\":1}",
        "{\"requests\":0,\"seconds\":60}",
        "{\"requests\":1,\"seconds\":0}",
        "{\"requests\":1.5,\"seconds\":60}",
        "{\"requests\":4294967297,\"seconds\":60}",
        "{\"requests\":1,\"seconds\":2678401}",
        "{\"requests\":1,\"seconds\":60,\"burst\":5}",
        "\"100/m\"",
        "[]",
      })
  void otherLimitsAreRefused(String limit) {
    keys.create(keys.token("alice"), "{\"name\":\"x\",\"rateLimit\":" + limit + "}").expect(400);
  }

  /** The first refusal of a window is stored by every realm; a flood of them is not. */
  @Test
  void refusalsAreEvents() {
    JsonNode made = make("bob", 1, 3_600);
    String key = made.get("key").asText();
    keys.verify(key).expect(200);
    for (int i = 0; i < 3; i++) {
      keys.verify(key).expect(429);
    }
    List<String> stored = new ArrayList<>();
    admin
        .get("/realms/app/events?type=OAUTH2_EXTENSION_GRANT_ERROR&user=" + admin.userId("bob"))
        .expect(200)
        .json()
        .forEach(
            event -> {
              if (event.at("/details/api_key").asText().equals(made.get("id").asText())) {
                stored.add(
                    event.get("error").asText() + " " + event.at("/details/reason").asText());
              }
            });
    assertThat(stored).containsExactly("slow_down api_key_rate_limit");
  }
}

package dev.bulwark.it.apikey;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** K7, K8: what metrics count, and what events tell; neither they nor the log have a key. */
@SharedRealm
class KeyEventsIT {

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();

  @BeforeEach
  void believeAddresses() {
    Keys.believeAddresses(admin);
  }

  private double metric(String name, String label) {
    return Http.get(stack.keycloak().managementUrl() + "/metrics")
        .expect(200)
        .body()
        .lines()
        .filter(line -> line.startsWith(name + "{") && line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private double verifications(String outcome) {
    return metric("bulwark_apikey_verifications_total", "outcome=\"" + outcome + "\"");
  }

  private double cache(String result) {
    return metric("bulwark_apikey_cache_requests_total", "result=\"" + result + "\"");
  }

  @Test
  void verificationsAreCountedByOutcome() {
    JsonNode good = keys.made("alice", "good", "tasks:read");
    JsonNode inactive = keys.made("alice", "inactive", "tasks:read");
    String token = keys.token("alice");
    keys.send("PATCH", "/" + inactive.get("id").asText(), token, Json.object("active", false))
        .expect(200);
    JsonNode expiring =
        keys.create(token, Keys.body("soon", Instant.now().plusSeconds(2).toString(), "tasks:read"))
            .expect(201)
            .json();
    await().atMost(SOON).until(() -> !keys.isGood(expiring.get("key").asText()));
    JsonNode disabled = keys.made("bob", "disabled", "tasks:read");
    String bob = "/realms/app/users/" + admin.userId("bob");
    admin.put(bob, Json.object("enabled", false)).expect(204);

    Map<String, String> cases = new LinkedHashMap<>();
    cases.put("accepted", good.get("key").asText());
    cases.put("inactive", inactive.get("key").asText());
    cases.put("expired", expiring.get("key").asText());
    cases.put("owner_disabled", disabled.get("key").asText());
    cases.put("malformed", "x");
    cases.put("unknown", "a-key-of-another-application");
    cases.put("bad_checksum", "atk_0123456789012345678901234567890123456789012abcdef");
    cases.forEach(
        (outcome, key) -> {
          double before = verifications(outcome);
          keys.verify(key);
          assertThat(verifications(outcome)).as(outcome).isEqualTo(before + 1);
        });
    admin.put(bob, Json.object("enabled", true)).expect(204);
    // The sweep may take the key away between the end of its overlap and the question.
    await().atMost(SOON).until(() -> verifyReplaced(token));

    double hits = cache("hit");
    double misses = cache("miss");
    keys.verify(good.get("key").asText()).expect(200);
    assertThat(cache("hit")).isEqualTo(hits + 1);
    keys.verify("a-key-of-another-application");
    assertThat(cache("miss")).isEqualTo(misses + 1);
    assertThat(Http.get(stack.keycloak().managementUrl() + "/metrics").expect(200).body())
        .contains(
            "bulwark_apikey_usage_lag_seconds",
            "bulwark_apikey_usage_pending",
            "bulwark_apikey_usage_flushes_seconds_count",
            "bulwark_apikey_cache_size");
  }

  private boolean verifyReplaced(String token) {
    JsonNode rotated = keys.made("alice", "rotated", "tasks:read");
    String path = "/" + rotated.get("id").asText() + "/rotate";
    keys.send("POST", path, token, Json.object("overlapSeconds", 1)).expect(201);
    String key = rotated.get("key").asText();
    await().atMost(SOON).until(() -> !keys.isGood(key));
    double before = verifications("replaced");
    keys.verify(key).expect(403);
    return verifications("replaced") == before + 1;
  }

  /** A script that goes on with a deactivated key must not fill the table of events. */
  @Test
  void aKeyThatIsNotGoodCountsAsWrongAndIsStoredOnceAMinute() {
    JsonNode made = keys.made("alice", "forgotten", "tasks:read");
    String id = made.get("id").asText();
    String key = made.get("key").asText();
    keys.send("PATCH", "/" + id, keys.token("alice"), Json.object("active", false)).expect(200);
    int status = 403;
    int answers = 0;
    while (status == 403 && answers < 100) {
      status = keys.verifyFrom("203.0.113.77", key).status();
      answers++;
    }
    assertThat(status).isEqualTo(429);
    assertThat(answers).isEqualTo(31);
    for (int i = 0; i < 3; i++) {
      keys.exchange(key, null).expect(400);
    }
    List<String> stored = new ArrayList<>();
    admin
        .get("/realms/app/events?type=OAUTH2_EXTENSION_GRANT_ERROR&user=" + admin.userId("alice"))
        .expect(200)
        .json()
        .forEach(
            event -> {
              if (event.at("/details/api_key").asText().equals(id)) {
                stored.add(event.at("/details/reason").asText());
              }
            });
    assertThat(stored).containsExactly("api_key_inactive");
  }

  /** Of an exchange too, whose type of event realms keep. */
  @Test
  void whatStrangersSendIsNotStored() {
    String unknown = "atk_" + "S".repeat(43);
    assertThat(keys.exchange(unknown, null).status()).isIn(400, 429);
    JsonNode stored =
        admin
            .get("/realms/app/events?type=OAUTH2_EXTENSION_GRANT_ERROR&max=500")
            .expect(200)
            .json();
    assertThat(stored.findValuesAsText("reason"))
        .doesNotContain("api_key_unknown", "too_many_wrong_api_keys");
  }

  @Test
  void everythingIsAnEventAndNothingHasTheKey() {
    List<String> secrets = new ArrayList<>();
    String token = keys.token("carol");
    String user = admin.userId("carol");

    JsonNode made = keys.create(token, Keys.body("events", null, "tasks:read")).expect(201).json();
    String id = made.get("id").asText();
    secrets.add(made.get("key").asText());
    keys.send("PATCH", "/" + id, token, Json.object("name", "renamed")).expect(200);
    keys.send("PATCH", "/" + id, token, Json.object("active", false)).expect(200);
    assertThat(keys.exchange(secrets.get(0), null).status()).isEqualTo(400);
    keys.send("PATCH", "/" + id, token, Json.object("active", true)).expect(200);
    Response rotation =
        keys.send("POST", "/" + id + "/rotate", token, Json.object("overlapSeconds", 60))
            .expect(201);
    secrets.add(rotation.text("key"));
    keys.send("DELETE", "/" + rotation.text("id"), token, null).expect(204);

    JsonNode ending =
        keys.create(
                token, Keys.body("ending", Instant.now().plusSeconds(1).toString(), "tasks:read"))
            .expect(201)
            .json();
    secrets.add(ending.get("key").asText());
    await().atMost(SOON).until(() -> !keys.isGood(ending.get("key").asText()));

    String unknown = "atk_" + "U".repeat(43);
    secrets.add(unknown);
    assertThat(keys.verify(unknown).status()).isEqualTo(403);
    assertThat(keys.exchange(unknown, null).status()).isIn(400, 429);
    Http.get(
        keys.url() + "/verify",
        "X-API-Key",
        secrets.get(1),
        "Authorization",
        Realm.basic("tasks-service", "tasks-service-dev-secret"));
    Http.get(
        keys.url() + "/verify",
        "X-API-Key",
        secrets.get(1),
        "Authorization",
        Realm.basic("gateway", "wrong"));
    realm.introspect(unknown);
    JsonNode byAdmin =
        admin
            .post(
                "/realms/app/api-keys",
                """
                {"name": "a", "scopes": [], "owner": {"type": "user", "id": "%s"}}
                """
                    .formatted(user))
            .expect(201)
            .json();
    secrets.add(byAdmin.get("key").asText());
    admin.delete("/realms/app/api-keys/" + byAdmin.get("id").asText()).expect(204);

    String events = admin.get("/realms/app/events?max=500").expect(200).body();
    String adminEvents = admin.get("/realms/app/admin-events?max=500").expect(200).body();
    for (String action : List.of("created", "updated", "rotated", "revoked")) {
      assertThat(events).contains("\"api_key_action\":\"" + action + "\"");
    }
    // The use of a key that exists but is not good is kept; whatever strangers send is not.
    assertThat(events).contains("\"reason\":\"api_key_inactive\"", "api_key_expired");
    assertThat(adminEvents).contains("API_KEY", "api-keys/" + byAdmin.get("id").asText());
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(stack.keycloak().log())
                    .contains(
                        "api_key_unknown",
                        "api_key_caller_not_allowed",
                        "invalid_client_credentials"));
    String log = stack.keycloak().log();
    for (String secret : secrets) {
      String random = secret.substring(10);
      assertThat(events).doesNotContain(random);
      assertThat(adminEvents).doesNotContain(random);
      assertThat(log).doesNotContain(random);
    }
  }
}

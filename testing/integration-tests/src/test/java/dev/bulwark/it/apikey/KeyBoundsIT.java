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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * K3, K6: a key outlives neither the realm's limit nor the pending actions of its owner, and does
 * no more than the token that made it.
 */
@SharedRealm
class KeyBoundsIT {

  private static final Duration DAY = Duration.ofDays(1);

  private final AdminApi admin = TestStack.get().admin();
  private final Realm realm = TestStack.get().realm();
  private final Keys keys = new Keys(realm);

  @AfterEach
  void shipped() {
    KeyPages.limits(admin, ApiKeySetup.SHIPPED_LIMITS);
  }

  /** The longest life counts from the creation, not from each change. */
  @Test
  void changesDoNotLengthenAKeyBeyondTheLongestLife() {
    KeyPages.limits(admin, Json.object("max-life-days", "90"));
    Instant made = Instant.now().minus(DAY.multipliedBy(80));
    Instant end = Instant.now().plus(DAY.multipliedBy(5));
    String id = imported("alice", "an-old-key-0123456789", made, end);
    String token = keys.token("alice");
    expiry(token, id, "\"" + Instant.now().plus(DAY.multipliedBy(11)) + "\"").expect(400);
    expiry(token, id, "\"" + Instant.now().plus(DAY.multipliedBy(8)) + "\"").expect(200);
    Instant longest = Instant.parse(expiry(token, id, "null").expect(200).text("expiresAt"));
    assertThat(longest)
        .isBetween(
            made.plus(DAY.multipliedBy(90)).minusSeconds(1), made.plus(DAY.multipliedBy(90)));

    String older = imported("alice", "older-key-0123456789", made.minus(DAY.multipliedBy(80)), end);
    expiry(token, older, "\"" + end.plus(DAY) + "\"").expect(400);
    expiry(token, older, "\"" + end.minus(DAY) + "\"").expect(200);
  }

  /** A key without an end, from before the limit: its successor has one. */
  @Test
  void aRotationIsANewKey() {
    KeyPages.limits(admin, ApiKeySetup.SHIPPED_LIMITS);
    JsonNode key = keys.made("alice", "for ever", "tasks:read");
    KeyPages.limits(admin, Json.object("max-life-days", "90"));
    Response rotated =
        keys.send("POST", "/" + key.get("id").asText() + "/rotate", keys.token("alice"), "{}")
            .expect(201);
    assertThat(Instant.parse(rotated.text("expiresAt")))
        .isBetween(
            Instant.now().plus(DAY.multipliedBy(90)).minusSeconds(30),
            Instant.now().plus(DAY.multipliedBy(90)));
  }

  /** A token with manage-account of a client without the mark {@code api-key.manage}. */
  @Test
  void aTokenMakesNoKeyThatMayDoMoreThanItself() {
    admin
        .post(
            "/realms/app/clients",
            """
            {"clientId": "like-a-console", "publicClient": true, "directAccessGrantsEnabled": true,
             "fullScopeAllowed": true, "defaultClientScopes": ["basic", "roles", "acr", "web-origins"],
             "optionalClientScopes": ["tasks:read", "tasks:write"]}
            """)
        .expect(201);
    String plain = tokenOfConsole("openid");
    String reader = tokenOfConsole("openid tasks:read");
    keys.create(plain, Keys.body("bare", null)).expect(201);
    Response refused = keys.create(plain, Keys.body("more", null, "tasks:read")).expect(403);
    assertThat(refused.text("error")).isEqualTo("insufficient_scope");
    keys.create(reader, Keys.body("same", null, "tasks:read")).expect(201);
    keys.create(reader, Keys.body("more", null, "tasks:read", "tasks:write")).expect(403);

    // A key that a marked client has made: the other may narrow it, and make it no longer or new.
    JsonNode wide = keys.made("alice", "wide", "tasks:read", "tasks:write");
    String path = "/" + wide.get("id").asText();
    keys.send("POST", path + "/rotate", reader, "{}").expect(403);
    // Nothing is gained by what the key has already.
    keys.send("PATCH", path, reader, Json.object("expiresAt", null, "active", true)).expect(200);
    String tomorrow = Instant.now().plus(DAY).toString();
    keys.send("PATCH", path, reader, Json.object("expiresAt", tomorrow)).expect(200);
    String later = Instant.now().plus(DAY.multipliedBy(2)).toString();
    keys.send("PATCH", path, reader, Json.object("expiresAt", later)).expect(403);
    keys.send("PATCH", path, reader, Json.object("active", false, "name", "off")).expect(200);
    keys.send("PATCH", path, reader, Json.object("active", true)).expect(403);
    keys.send("PATCH", path, reader, Json.object("scopes", List.of("tasks:write"))).expect(200);
    keys.send("PATCH", path, reader, Json.object("scopes", List.of("tasks:read", "tasks:write")))
        .expect(200);
    keys.send("PATCH", path, plain, Json.object("scopes", List.of())).expect(200);
    keys.send("PATCH", path, plain, Json.object("scopes", List.of("tasks:read"))).expect(403);
    keys.send("DELETE", path, plain, null).expect(204);
  }

  /** As the password grant and Keycloak's own JWT grant. */
  @Test
  void pendingActionsOfTheOwnerStopTheKey() {
    KeyPages.createUser(admin, "pending");
    String key = keys.made("pending", "one", "tasks:read").get("key").asText();
    assertThat(keys.isGood(key)).isTrue();
    actions("pending", "\"UPDATE_PASSWORD\"");
    assertThat(realm.login("pending", Realm.PASSWORD, "openid").status()).isEqualTo(400);
    keys.exchange(key, null).expect(400);
    assertThat(keys.isGood(key)).isFalse();
    assertThat(realm.introspect(key).expect(200).json().get("active").asBoolean()).isFalse();
    actions("pending", "");
    keys.exchange(key, null).expect(200);
    assertThat(keys.isGood(key)).isTrue();
  }

  private void actions(String name, String list) {
    admin
        .put("/realms/app/users/" + admin.userId(name), "{\"requiredActions\":[" + list + "]}")
        .expect(204);
  }

  private Response expiry(String token, String id, String value) {
    return keys.send("PATCH", "/" + id, token, "{\"expiresAt\":" + value + "}");
  }

  private String tokenOfConsole(String scope) {
    return Http.postForm(
            realm.endpoint("token"),
            Map.of(
                "grant_type", "password",
                "client_id", "like-a-console",
                "username", "alice",
                "password", Realm.PASSWORD,
                "scope", scope))
        .expect(200)
        .text("access_token");
  }

  /** Imports a key by its hash and returns its id. */
  private String imported(String user, String key, Instant made, Instant end) {
    admin
        .post(
            "/realms/app/api-keys/import",
            """
            {"username": "%s", "hash": "%s", "name": "%s", "createdAt": "%s", "expiresAt": "%s"}\
            """
                .formatted(user, ForeignKeys.sha256(key), key, made, end))
        .expect(200);
    for (JsonNode listed : keys.send("GET", "", keys.token(user), null).expect(200).json()) {
      if (listed.get("name").asText().equals(key)) {
        return listed.get("id").asText();
      }
    }
    throw new AssertionError(key + " is not there");
  }
}

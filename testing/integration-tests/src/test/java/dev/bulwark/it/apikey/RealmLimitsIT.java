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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K3: the limits of a realm, set where the required action is configured. */
@SharedRealm
class RealmLimitsIT {

  private final AdminApi admin = TestStack.get().admin();
  private final Realm realm = TestStack.get().realm();
  private final Keys keys = new Keys(realm);

  @AfterEach
  void shipped() {
    KeyPages.limits(admin, ApiKeySetup.SHIPPED_LIMITS);
  }

  /** By admin REST; the other ways of import are in MigrationIT. */
  @Test
  void theImportedRealmIsReady() {
    ApiKeySetup.assertReady(realm, admin);
  }

  @Test
  void fiftyAtOnceRespectTheMostKeys() throws Exception {
    KeyPages.limits(admin, Json.object("max-keys", "5"));
    KeyPages.createUser(admin, "many");
    String token = keys.token("many");
    ExecutorService pool = Executors.newFixedThreadPool(10);
    try {
      List<Callable<Response>> requests = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        String body = Keys.body("k" + i, null);
        requests.add(() -> keys.create(token, body));
      }
      int made = 0;
      for (Future<Response> answer : pool.invokeAll(requests)) {
        Response response = answer.get();
        assertThat(response.status()).as(response.body()).isIn(201, 409);
        made += response.status() == 201 ? 1 : 0;
      }
      assertThat(made).isEqualTo(5);
    } finally {
      pool.shutdown();
    }
    JsonNode list = keys.send("GET", "", token, null).expect(200).json();
    assertThat(list).hasSize(5);

    keys.send("DELETE", "/" + list.get(0).get("id").asText(), token, null).expect(204);
    keys.create(token, Keys.body("room again", null)).expect(201);
    assertThat(keys.create(token, Keys.body("no room", null)).expect(409).text("error"))
        .isEqualTo("limit_exceeded");
  }

  /** Each rotation with an overlap leaves one more key that is accepted. */
  @Test
  void rotationsWithAnOverlapAreBounded() {
    KeyPages.limits(admin, Json.object("max-keys", "2"));
    KeyPages.createUser(admin, "rotates");
    String token = keys.token("rotates");
    String first = keys.create(token, Keys.body("r", null)).expect(201).text("id");
    String id = first;
    for (int i = 0; i < 3; i++) {
      id = rotate(token, id, 600).expect(201).text("id");
    }
    Response refused = rotate(token, id, 600).expect(409);
    assertThat(refused.text("error")).isEqualTo("limit_exceeded");
    assertThat(refused.text("detail")).contains("No more than 4 API keys");
    id = rotate(token, id, 0).expect(201).text("id");
    rotate(token, id, 600).expect(409);
    keys.send("DELETE", "/" + first, token, null).expect(204);
    rotate(token, id, 600).expect(201);
    // Rotated keys do not take the room of new ones.
    keys.create(token, Keys.body("second", null)).expect(201);
  }

  /** An expired key is none; with a later end it would be one more than the realm allows. */
  @Test
  void aLaterEndOfAnExpiredKeyNeedsRoom() {
    KeyPages.limits(admin, Json.object("max-keys", "2", "max-life-days", "0"));
    KeyPages.createUser(admin, "returns");
    String token = keys.token("returns");
    List<String> expired = expired(token, 2);
    String live = keys.create(token, Keys.body("third", null)).expect(201).text("id");
    keys.create(token, Keys.body("fourth", null)).expect(201);
    String later = Json.object("expiresAt", null);
    String first = "/" + expired.get(0);
    Response refused = keys.send("PATCH", first, token, later).expect(409);
    assertThat(refused.text("error")).isEqualTo("limit_exceeded");
    admin.patch("/realms/app/api-keys" + first, later).expect(409);
    keys.send("PATCH", first, token, Json.object("name", "renamed")).expect(200);
    keys.send("DELETE", "/" + live, token, null).expect(204);
    keys.send("PATCH", first, token, later).expect(200);
    keys.send("PATCH", "/" + expired.get(1), token, later).expect(409);
    // It has not ended, so it needs no room.
    keys.send("PATCH", first, token, Json.object("expiresAt", "2040-01-01T00:00:00Z")).expect(200);
  }

  /** Nobody else deletes them. Administrators import, and programs rotate, all the same. */
  @Test
  void expiredKeysThatAreStoredAreBounded() {
    KeyPages.createUser(admin, "hoards");
    String token = keys.token("hoards");
    List<String> expired = expired(token, 7);
    KeyPages.limits(admin, Json.object("max-keys", "1"));
    Response refused = keys.create(token, Keys.body("eighth", null)).expect(409);
    assertThat(refused.text("error")).isEqualTo("stored_limit_exceeded");
    assertThat(refused.text("detail"))
        .isEqualTo(
            "No more than 4 API keys are stored, expired ones included. Delete expired keys");
    String row =
        Json.object("username", "hoards", "hash", ForeignKeys.sha256("hoarded-0123456789"));
    JsonNode report = admin.post("/realms/app/api-keys/import", row).expect(200).json();
    assertThat(report.get("created").asInt()).as(report.toString()).isEqualTo(1);
    String id = keys.send("GET", "?first=7", token, null).expect(200).json().at("/0/id").asText();
    id = rotate(token, id, 600).expect(201).text("id");
    id = rotate(token, id, 0).expect(201).text("id");
    keys.send("DELETE", "/" + id, token, null).expect(204);
    for (String one : expired.subList(0, 5)) {
      keys.send("DELETE", "/" + one, token, null).expect(204);
    }
    keys.create(token, Keys.body("room again", null)).expect(201);
  }

  /** The background work removes them: nobody could delete an expired key to make room. */
  @Test
  void rotatedKeysDoNotCountAsStored() {
    KeyPages.createUser(admin, "turns");
    String token = keys.token("turns");
    String id = keys.create(token, Keys.body("t", null)).expect(201).text("id");
    for (int i = 0; i < 4; i++) {
      id = rotate(token, id, 3600).expect(201).text("id");
    }
    keys.send("DELETE", "/" + id, token, null).expect(204);
    KeyPages.limits(admin, Json.object("max-keys", "1"));
    keys.create(token, Keys.body("new", null)).expect(201);
  }

  /** Ids of keys whose end has come. */
  private List<String> expired(String token, int number) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      String end = Instant.now().plusSeconds(2).toString();
      ids.add(keys.create(token, Keys.body("e" + i, end)).expect(201).text("id"));
    }
    Instant ended = Instant.now().plusSeconds(2);
    await().atMost(SOON).until(() -> Instant.now().isAfter(ended));
    return ids;
  }

  private Response rotate(String token, String id, int overlapSeconds) {
    return keys.send(
        "POST", "/" + id + "/rotate", token, Json.object("overlapSeconds", overlapSeconds));
  }

  @Test
  void longestLifeAndPrefix() {
    KeyPages.limits(admin, Json.object("max-life-days", "30", "prefix", "acme"));
    KeyPages.createUser(admin, "short");
    String token = keys.token("short");
    Instant now = Instant.now();
    String tooLong = now.plus(Duration.ofDays(31)).toString();
    keys.create(token, Keys.body("long", tooLong)).expect(400);
    String within = now.plus(Duration.ofDays(29)).toString();
    keys.create(token, Keys.body("within", within)).expect(201);
    Response unnamed = keys.create(token, Keys.body("longest", null)).expect(201);
    assertThat(Instant.parse(unnamed.text("expiresAt")))
        .isBetween(
            now.plus(Duration.ofDays(30)).minusSeconds(5), Instant.now().plus(Duration.ofDays(30)));
    assertThat(unnamed.text("key")).startsWith("acme_");
    assertThat(keys.isGood(unnamed.text("key"))).isTrue();
    keys.send("PATCH", "/" + unnamed.text("id"), token, Json.object("expiresAt", tooLong))
        .expect(400);
  }

  /** K3, B14: older keys go on, and can be rotated. */
  @Test
  void aRealmWithoutNewKeys() {
    JsonNode older = keys.made("alice", "older", "tasks:read");
    KeyPages.limits(admin, Json.object("max-keys", "0"));
    String token = keys.token("alice");
    assertThat(keys.create(token, Keys.body("newer", null)).expect(409).text("error"))
        .isEqualTo("limit_exceeded");
    assertThat(keys.isGood(older.get("key").asText())).isTrue();
    Response rotated = rotate(token, older.get("id").asText(), 0).expect(201);
    assertThat(keys.isGood(rotated.text("key"))).isTrue();
  }

  /** K3: what a realm gets that sets nothing. */
  @Test
  void aKeyLivesAYearUnlessTheRealmSaysOtherwise() {
    KeyPages.limits(admin, "{}");
    Instant now = Instant.now();
    JsonNode made = keys.made("alice", "of a year", "tasks:read");
    assertThat(Instant.parse(made.get("expiresAt").asText()))
        .isBetween(now.plus(Duration.ofDays(366)).minusSeconds(5), now.plus(Duration.ofDays(367)));
  }

  @Test
  void keysOfAnEarlierPrefixGoOn() {
    String key = keys.made("alice", "earlier", "tasks:read").get("key").asText();
    KeyPages.limits(admin, Json.object("prefix", "acme"));
    assertThat(keys.isGood(key)).isTrue();
  }

  /** Or the password grant would test them as passwords, at a directory for one. */
  @Test
  void keysOfAnEarlierPrefixAreNoPasswords() {
    new KeyFlows(admin).directGrant("dev-cli");
    KeyPages.limits(admin, Json.object("prefix", "former"));
    JsonNode made = keys.made("alice", "earlier", "tasks:read");
    KeyPages.limits(admin, Json.object("prefix", "acme"));
    Response answer =
        Http.postForm(
            realm.endpoint("token"),
            Map.of(
                "grant_type", "password",
                "client_id", "dev-cli",
                "username", "alice",
                "password", made.get("key").asText()));
    KeyTokens.assertLimited(answer, made.get("id").asText(), "tasks:read");
  }

  @Test
  void onlyListedScopes() {
    KeyPages.limits(admin, Json.object("scopes", "tasks:read"));
    String token = keys.token("alice");
    keys.create(token, Keys.body("listed", null, "tasks:read")).expect(201);
    keys.create(token, Keys.body("unlisted", null, "tasks:write")).expect(400);
  }

  @Test
  void settingsForThePage() {
    KeyPages.limits(
        admin,
        """
        {"max-keys": "7", "max-life-days": "30",
         "command": "curl -H 'X-API-Key: $KEY' $ISSUER/x"}
        """);
    JsonNode settings = settings("de");
    assertThat(settings.get("maxKeys").asInt()).isEqualTo(7);
    assertThat(settings.get("maxLifeDays").asInt()).isEqualTo(30);
    assertThat(settings.get("maxOverlapSeconds").asInt()).isEqualTo(2_592_000);
    assertThat(settings.get("loginNeeded").asBoolean()).isFalse();
    assertThat(settings.get("command").asText())
        .isEqualTo("curl -H 'X-API-Key: $KEY' " + realm.url() + "/x");
    assertThat(settings.get("scopes"))
        .extracting(scope -> scope.get("name").asText() + " " + scope.get("text").asText())
        .containsExactly("tasks:read Aufgaben lesen", "tasks:write Aufgaben erstellen und ändern");
    assertThat(settings("en").at("/scopes/0/text").asText()).isEqualTo("Read tasks");
  }

  @Test
  void withoutACommandThePageShowsTheExchange() {
    KeyPages.limits(admin, Json.object("command", " "));
    assertThat(settings("en").get("command").asText())
        .contains("X-API-Key: $KEY", Keys.TAG_GRANT, realm.endpoint("token"));
  }

  private JsonNode settings(String language) {
    return Http.get(
            keys.url() + "/settings",
            "Authorization",
            "Bearer " + keys.token("alice"),
            "Accept-Language",
            language)
        .expect(200)
        .json();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"max-keys\":\"-1\"}",
        "{\"max-keys\":\"10001\"}",
        "{\"max-keys\":\"many\"}",
        "{\"max-life-days\":\"-1\"}",
        "{\"max-life-days\":\"3651\"}",
        "{\"prefix\":\"A\"}",
        "{\"prefix\":\"a b\"}",
        "{\"max_auth_age\":\"soon\"}",
        "{\"command\":\"curl https://example.org/without-a-key\"}",
      })
  void limitsOutOfRangeAreRefused(String config) {
    Response response =
        admin.put(
            "/realms/app/authentication/required-actions/create-api-key/config",
            "{\"config\":" + config + "}");
    assertThat(response.status()).as(response.body()).isEqualTo(400);
    keys.made("alice", "still works");
  }
}

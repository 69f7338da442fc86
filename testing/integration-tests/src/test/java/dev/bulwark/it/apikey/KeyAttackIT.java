package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.RawHttp;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.RealmFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K1, K5, K6: what somebody would try who means harm. */
@SharedRealm
@Tag("slow")
class KeyAttackIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String VERIFY = "/realms/app/api-keys/verify";

  private static int addresses;

  private final TestStack stack = TestStack.get();
  private final Keys keys = new Keys(stack.realm());
  private final AdminApi admin = stack.admin();

  @BeforeEach
  void believeAddresses() {
    Keys.believeAddresses(admin);
  }

  private String raw(String... headers) {
    String[] lines = new String[headers.length + 3];
    lines[0] = "GET " + VERIFY + " HTTP/1.1";
    lines[1] = "Authorization: " + Keys.GATEWAY;
    lines[2] = "X-Real-IP: 2001:db8:ffff:" + Integer.toHexString(++addresses) + "::1";
    System.arraycopy(headers, 0, lines, 3, headers.length);
    return RawHttp.send(stack.url(), lines);
  }

  @Test
  void aKeyIsTakenFromOneHeaderLineOnly() {
    String key = keys.made("alice", "a", "tasks:read").get("key").asText();
    assertThat(RawHttp.status(raw("X-API-Key: " + key))).isEqualTo(200);
    assertThat(RawHttp.status(raw("x-api-key:\t" + key + "  "))).isEqualTo(200);
    for (String[] lines :
        List.of(
            new String[] {"X-API-Key: " + key, "X-API-Key: " + key},
            new String[] {"X-API-Key: x", "x-api-key: " + key},
            new String[] {"X-API-Key: " + key, "X-API-Key: "},
            new String[] {"X-API-Key: " + key + "," + key},
            new String[] {"X-API-Key: " + key + " x"},
            new String[] {"X-API-Key: " + key + "\u0000"},
            new String[] {"X-API-Key: " + key + "\u00a0"},
            new String[] {"X-API-Key: " + key.substring(0, 20), " " + key.substring(20)},
            new String[] {"X-API-Key : " + key},
            new String[] {"X_API_Key: " + key},
            new String[] {"Cookie: X-API-Key=" + key},
            new String[] {"X-API-Key: " + key.toUpperCase(java.util.Locale.ROOT)},
            new String[] {"X-API-Key: \u212Aey" + key},
            new String[] {"X-API-Key:"})) {
      String answer = raw(lines);
      assertThat(RawHttp.status(answer)).as(String.join(" | ", lines)).isIn(0, 400, 403);
      assertThat(answer).doesNotContain("alice");
    }
  }

  @Test
  void aKeyInQueryOrBodyIsNone() {
    String key = keys.made("alice", "a", "tasks:read").get("key").asText();
    Response query =
        Http.get(keys.url() + "/verify?X-API-Key=" + key, "Authorization", Keys.GATEWAY);
    assertThat(query.status()).isEqualTo(403);
    Response body =
        Http.postForm(
            keys.url() + "/verify", Map.of("X-API-Key", key), "Authorization", Keys.GATEWAY);
    assertThat(body.status()).isEqualTo(403);
  }

  /** Without credentials of a caller nothing is told, by whatever method. */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
  void strangersLearnNothing(String method) {
    String key = keys.made("alice", "a", "tasks:read").get("key").asText();
    for (String path : List.of("/verify", "/verify/x")) {
      Response good = stranger(method, path, key);
      Response wrong = stranger(method, path, "wrong-key-of-a-stranger");
      assertThat(good.status()).isEqualTo(401);
      assertThat(good.body()).isEqualTo(wrong.body());
      assertThat(good.headers().map().keySet()).isEqualTo(wrong.headers().map().keySet());
    }
  }

  private Response stranger(String method, String path, String key) {
    return Http.send(
        Http.request(keys.url() + path)
            .header("X-API-Key", key)
            .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  /** Whatever is wrong with a key: status, headers and body are the same. */
  @Test
  void refusalsAreAlike() {
    JsonNode inactive = keys.made("alice", "i", "tasks:read");
    keys.send(
            "PATCH",
            "/" + inactive.get("id").asText(),
            keys.token("alice"),
            Json.object("active", false))
        .expect(200);
    Response first = keys.verify(inactive.get("key").asText());
    for (String key :
        List.of("x", "atk_" + "A".repeat(49), "atk_" + "A".repeat(43), "of-another-application")) {
      Response other = keys.verify(key);
      assertThat(other.status()).isEqualTo(first.status()).isEqualTo(403);
      assertThat(other.body()).isEqualTo(first.body());
      assertThat(other.headers().map().keySet()).isEqualTo(first.headers().map().keySet());
    }
    assertThat(keys.exchange("x", null).body())
        .isEqualTo(keys.exchange(inactive.get("key").asText(), null).body());
  }

  /** Names go into headers: they must not become headers, nor end them. */
  @Test
  void namesCannotInjectHeaders() {
    String name = "x\r\nX-Auth-Scopes: admin\r\n\u2028\u0000%0d%0aSet-Cookie: a=b";
    ObjectNode client = JSON.createObjectNode().put("clientId", name);
    client.put("serviceAccountsEnabled", true).putArray("optionalClientScopes").add("tasks:read");
    Response made = admin.post("/realms/app/clients", client.toString());
    if (made.status() != 201) {
      // PostgreSQL and Keycloak itself may refuse such a name: then nothing can be injected.
      client.put("clientId", name.replace("\u0000", ""));
      made = admin.post("/realms/app/clients", client.toString());
    }
    assertThat(made.status()).isIn(201, 400);
    if (made.status() == 400) {
      client.put("clientId", "x: y, \"z\" %0d%0aSet-Cookie: a=b \u00e4\u4e2d");
      admin.post("/realms/app/clients", client.toString()).expect(201);
    }
    ObjectNode request = JSON.createObjectNode().put("name", "k");
    request.putArray("scopes").add("tasks:read");
    request.putObject("owner").put("type", "client").put("id", client.get("clientId").asText());
    String key = admin.post("/realms/app/api-keys", request.toString()).expect(201).text("key");
    Response answer = keys.verify(key).expect(200);
    assertThat(answer.headers().allValues("X-Auth-Scopes")).containsExactly("tasks:read");
    assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    assertThat(answer.headers().allValues("X-Auth-Client")).hasSize(1);
    assertThat(answer.header("X-Auth-Client")).matches("[ -~]+").doesNotContain("\r", "\n");
  }

  /** A key is good in its realm only. */
  @Test
  void aKeyOfOneRealmIsNoneInAnother() {
    String name = "other-" + UUID.randomUUID();
    admin.makeRealm(realm(name).toString());
    try {
      Keys there = new Keys(new Realm(stack.url(), name));
      String here = keys.made("alice", "a", "tasks:read").get("key").asText();
      String elsewhere =
          there.create(there.token("alice"), Keys.body("a", null, "tasks:read")).text("key");
      assertThat(there.isGood(elsewhere)).isTrue();
      assertThat(keys.isGood(here)).isTrue();
      assertThat(there.isGood(here)).isFalse();
      assertThat(keys.isGood(elsewhere)).isFalse();
      assertThat(there.exchange(here, null).status()).isIn(400, 429);
      assertThat(there.realm().introspect(here).json().get("active").asBoolean()).isFalse();
      // Nor may a token of one realm manage keys of the other.
      assertThat(there.send("GET", "", keys.token("alice"), null).status()).isEqualTo(401);
      String token = keys.exchange(here, null).expect(200).text("access_token");
      assertThat(there.realm().introspect(token).json().get("active").asBoolean()).isFalse();
    } finally {
      admin.delete("/realms/" + name).expect(204);
    }
  }

  /** The same realm, users and clients, by name and id, are made again: old keys stay dead. */
  @Test
  void aRealmMadeAgainDoesNotReviveItsKeys() {
    String name = "reborn-" + UUID.randomUUID();
    ObjectNode json = realm(name);
    json.put("id", UUID.randomUUID().toString());
    ObjectNode user = json.withArray("users").addObject();
    user.put("id", UUID.randomUUID().toString()).put("username", "phoenix").put("enabled", true);
    ObjectNode client = json.withArray("clients").addObject();
    client.put("id", UUID.randomUUID().toString()).put("clientId", "phoenix-client");
    client.put("serviceAccountsEnabled", true).putArray("optionalClientScopes").add("tasks:read");
    admin.makeRealm(json.toString());
    Keys there = new Keys(new Realm(stack.url(), name));
    String ofUser = made(name, "user", user.get("id").asText());
    String ofClient = made(name, "client", client.get("id").asText());
    for (int i = 0; i < 3; i++) {
      assertThat(there.isGood(ofUser)).isTrue();
      assertThat(there.isGood(ofClient)).isTrue();
    }
    // As an export would have it, with the mark by which nodes know which copy is of now.
    ObjectNode exported =
        (ObjectNode)
            admin
                .get("/realms/" + name + "/clients/" + client.get("id").asText())
                .expect(200)
                .json();
    client.set("attributes", exported.get("attributes"));
    admin.delete("/realms/" + name).expect(204);
    assertThat(there.verify(ofUser).status()).isNotEqualTo(200);
    // The keys themselves must not be in what is imported: they are what was lost.
    ((ObjectNode) client.get("attributes"))
        .remove(
            JSON.convertValue(client.get("attributes"), Map.class).keySet().stream()
                .map(String::valueOf)
                .filter(attribute -> String.valueOf(attribute).startsWith("api-key.key."))
                .map(String::valueOf)
                .toList());
    admin.makeRealm(json.toString());
    try {
      assertThat(there.isGood(ofUser)).isFalse();
      assertThat(there.isGood(ofClient)).isFalse();
    } finally {
      admin.delete("/realms/" + name).expect(204);
    }
  }

  private String made(String realm, String type, String owner) {
    return admin
        .post(
            "/realms/" + realm + "/api-keys",
            """
            {"name": "k", "scopes": ["tasks:read"], "owner": {"type": "%s", "id": "%s"}}
            """
                .formatted(type, owner))
        .expect(201)
        .text("key");
  }

  /** Whoever may register a client must not make it one that verifies or manages keys. */
  @Test
  void aClientCannotMarkItself() {
    String token =
        admin
            .post("/realms/app/clients-initial-access", Json.object("count", 5, "expiration", 600))
            .expect(201)
            .text("token");
    String registrations = stack.realm().url() + "/clients-registrations/default";
    Response made =
        Http.send(
                Http.request(registrations)
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            """
                            {"clientId": "self", "secret": "self-secret",
                             "attributes": {"api-key.verify": "true", "api-key.manage": "true"}}
                            """)))
            .expect(201);
    String key = keys.made("alice", "a", "tasks:read").get("key").asText();
    assertThat(verifyAs("self", key)).isEqualTo(401);
    Response changed = update(registrations, made.text("registrationAccessToken"), made.json());
    assertThat(verifyAs("self", key)).isEqualTo(401);

    // What an administrator has marked stays so, whatever the client says of itself.
    String path = "/realms/app/clients/" + admin.clientUuid("self");
    ObjectNode client = (ObjectNode) admin.get(path).expect(200).json();
    ((ObjectNode) client.get("attributes")).put("api-key.verify", "true");
    admin.put(path, client.toString()).expect(204);
    assertThat(verifyAs("self", key)).isEqualTo(200);
    update(registrations, changed.text("registrationAccessToken"), made.json());
    assertThat(verifyAs("self", key)).isEqualTo(200);
    JsonNode attributes = admin.get(path).expect(200).json().get("attributes");
    assertThat(attributes.has("api-key.manage")).isFalse();
  }

  private static Response update(String registrations, String token, JsonNode made) {
    ObjectNode client = ((ObjectNode) made).deepCopy();
    ((ObjectNode) client.withObject("/attributes"))
        .put("api-key.verify", "true")
        .put("api-key.manage", "true");
    return Http.send(
            Http.request(registrations + "/self")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(client.toString())))
        .expect(200);
  }

  private int verifyAs(String client, String key) {
    return Http.get(
            keys.url() + "/verify",
            "X-API-Key",
            key,
            "Authorization",
            Realm.basic(client, client + "-secret"))
        .status();
  }

  /** Nobody logs in with a key, and a key is no bearer token. */
  @Test
  void aKeyIsNothingElse() {
    String key = keys.made("alice", "a", "tasks:read").get("key").asText();
    assertThat(stack.realm().login("alice", key, "openid").status()).isIn(400, 401);
    assertThat(keys.send("GET", "", key, null).status()).isEqualTo(401);
    assertThat(stack.realm().userInfo(key).status()).isIn(400, 401);
    assertThat(
            Http.get(stack.url() + "/admin/realms/app/users", "Authorization", "Bearer " + key)
                .status())
        .isEqualTo(401);
  }

  /** L5: a name that turns the text of a page round, or hides in it, by every way to a name. */
  @ParameterizedTest
  @ValueSource(strings = {"\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\udb40\udc41"})
  void noNameOrMetadataHasHiddenCharacters(String hidden) {
    String name = "invoices" + hidden + "fdp.exe";
    String token = keys.token("alice");
    String id = keys.made("alice", "plain", "tasks:read").get("id").asText();
    assertThat(keys.create(token, Keys.body(name, null)).status()).isEqualTo(400);
    for (Map<String, Object> change :
        List.of(
            Map.<String, Object>of("name", name),
            Map.<String, Object>of("metadata", Map.of("env", name)))) {
      assertThat(keys.send("PATCH", "/" + id, token, Json.of(change)).status()).isEqualTo(400);
      assertThat(admin.patch("/realms/app/api-keys/" + id, Json.of(change)).status())
          .isEqualTo(400);
    }
    String user = admin.userId("alice");
    assertThat(admin.post("/realms/app/api-keys", Keys.bodyOf("user", user, name)).status())
        .isEqualTo(400);
    // Keycloak itself lets users rename a credential, and imports bring names of their own.
    AccountApi account = AccountApi.of(stack.realm(), admin);
    account.rename(account.token("alice"), id, name).expect(204);
    ObjectNode imported = JSON.createObjectNode().put("ifResourceExists", "OVERWRITE");
    ObjectNode carrier = imported.putArray("users").addObject();
    carrier.put("username", "carrier").put("enabled", true);
    carrier
        .putArray("credentials")
        .add(ForeignKeys.credential("carried-key-0123456789", name, "tasks:read"));
    admin.post("/realms/app/partialImport", imported.toString()).expect(200);
    String listed = admin.get("/realms/app/api-keys?max=1000").expect(200).body();
    assertThat(listed).contains("invoices fdp.exe").doesNotContain(hidden);
    assertThat(keys.send("GET", "/" + id, token, null).expect(200).text("name"))
        .isEqualTo("invoices fdp.exe");
  }

  /** N5: letters without ink, by every way to a name. */
  @ParameterizedTest
  @ValueSource(strings = {"\u3164", "\u115f", "\u2800", "\uffa0", "\u00a0", "\u0301"})
  void everyNameHasACharacterToBeSeen(String blank) {
    String name = blank.repeat(3);
    String token = keys.token("alice");
    String id = keys.made("alice", "plain", "tasks:read").get("id").asText();
    assertThat(keys.create(token, Keys.body(name, null)).status()).isEqualTo(400);
    String change = Json.of(Map.of("name", name));
    assertThat(keys.send("PATCH", "/" + id, token, change).status()).isEqualTo(400);
    assertThat(admin.patch("/realms/app/api-keys/" + id, change).status()).isEqualTo(400);
    String user = admin.userId("alice");
    assertThat(admin.post("/realms/app/api-keys", Keys.bodyOf("user", user, name)).status())
        .isEqualTo(400);
    AccountApi account = AccountApi.of(stack.realm(), admin);
    account.rename(account.token("alice"), id, name).expect(204);
    assertThat(keys.send("GET", "/" + id, token, null).expect(200).text("name")).isEqualTo("plain");
  }

  /** A service account that is disabled by itself: the client is not, its keys are refused. */
  @Test
  void aDisabledServiceAccountStopsTheKeysOfItsClient() {
    admin
        .post(
            "/realms/app/clients",
            """
            {"clientId": "svc", "serviceAccountsEnabled": true,
             "optionalClientScopes": ["tasks:read"]}
            """)
        .expect(201);
    String key = made("app", "client", admin.clientUuid("svc"));
    assertThat(keys.isGood(key)).isTrue();
    String user = "/realms/app/users/" + admin.userId("service-account-svc");
    admin.put(user, Json.object("enabled", false)).expect(204);
    assertThat(keys.isGood(key)).isFalse();
    assertThat(keys.exchange(key, null).status()).isIn(400, 429);
  }

  /** The shipped realm with the development users, under another name. */
  private static ObjectNode realm(String name) {
    try {
      ObjectNode json =
          (ObjectNode)
              JSON.readTree(
                  RealmFile.development().resolve(RealmFile.developmentEnvironment()).json());
      return json.put("realm", name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

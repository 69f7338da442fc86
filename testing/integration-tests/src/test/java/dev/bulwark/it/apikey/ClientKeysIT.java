package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** K2, K3, K8: keys of clients: what the service itself may do, and how exports carry them. */
@SharedRealm
class ClientKeysIT {

  private static final String COPY = "api-key.key.";

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();

  private JsonNode made(String client, String... scopes) {
    return admin
        .post("/realms/app/api-keys", Keys.bodyOf("client", client, "k", scopes))
        .expect(201)
        .json();
  }

  private String client(String clientId, String more) {
    admin
        .post(
            "/realms/app/clients",
            "{\"clientId\":\""
                + clientId
                + "\",\"secret\":\""
                + clientId
                + "-secret\",\"serviceAccountsEnabled\":true,"
                + "\"optionalClientScopes\":[\"tasks:read\"]"
                + more
                + "}")
        .expect(201);
    return admin.clientUuid(clientId);
  }

  private static ObjectNode client(JsonNode realm, String clientId) {
    for (JsonNode client : realm.get("clients")) {
      if (client.get("clientId").asText().equals(clientId)) {
        return (ObjectNode) client;
      }
    }
    throw new AssertionError("no client " + clientId);
  }

  private ObjectNode read(String uuid) {
    return (ObjectNode) admin.get("/realms/app/clients/" + uuid).expect(200).json();
  }

  private String serviceToken(String clientId, String secret) {
    return realm.clientCredentials(clientId, secret, Map.of()).expect(200).text("access_token");
  }

  @Test
  void aServiceListsAndRotatesItsOwnKeysAndNoOther() {
    client("svc-a", "");
    client("svc-b", "");
    JsonNode mine = made("svc-a", "tasks:read");
    JsonNode other = made("svc-b", "tasks:read");
    JsonNode users = keys.made("alice", "u", "tasks:read");
    String token = serviceToken("svc-a", "svc-a-secret");
    JsonNode listed = keys.send("GET", "", token, null).expect(200).json();
    assertThat(listed)
        .extracting(k -> k.get("id").asText())
        .containsExactly(mine.get("id").asText());
    for (JsonNode foreign : new JsonNode[] {other, users}) {
      String path = "/" + foreign.get("id").asText();
      assertThat(keys.send("GET", path, token, null).status()).isEqualTo(404);
      assertThat(keys.send("PATCH", path, token, Json.object("name", "x")).status()).isEqualTo(404);
      assertThat(keys.send("POST", path + "/rotate", token, "{}").status()).isEqualTo(404);
      assertThat(keys.send("DELETE", path, token, null).status()).isEqualTo(404);
      assertThat(keys.isGood(foreign.get("key").asText())).isTrue();
    }
    String path = "/" + mine.get("id").asText();
    JsonNode rotated =
        keys.send("POST", path + "/rotate", token, Json.object("overlapSeconds", 60))
            .expect(201)
            .json();
    assertThat(rotated.get("scopes")).isEqualTo(mine.get("scopes"));
    assertThat(keys.isGood(mine.get("key").asText())).isTrue();
    // A token of the key itself may not: a stolen key would outlive its rotation.
    String keyToken =
        keys.exchange(rotated.get("key").asText(), null).expect(200).text("access_token");
    assertThat(keys.send("GET", "", keyToken, null).status()).isEqualTo(401);
    assertThat(keys.send("POST", path + "/rotate", keyToken, "{}").status()).isEqualTo(401);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                assertThat(
                        admin
                            .get("/realms/app/events?type=UPDATE_CREDENTIAL&client=svc-a")
                            .expect(200)
                            .body())
                    .contains("\"api_key_action\":\"rotated\"", mine.get("id").asText())
                    .contains("\"api_key_client\":\"svc-a\"")
                    .doesNotContain(mine.get("key").asText(), rotated.get("key").asText()));
    assertThat(
            admin.get("/realms/app/admin-events?max=200&resourcePath=api-keys*").expect(200).body())
        .contains("api-keys/" + mine.get("id").asText())
        .contains("\"api_key_owner_type\":\"client\"")
        .doesNotContain(mine.get("key").asText());
  }

  @Test
  void listsArePaged() {
    String uuid = client("svc-pages", "");
    for (int i = 0; i < 3; i++) {
      made("svc-pages", "tasks:read");
    }
    String token = serviceToken("svc-pages", "svc-pages-secret");
    JsonNode all = keys.send("GET", "", token, null).expect(200).json();
    assertThat(all).hasSize(3);
    JsonNode page = keys.send("GET", "?first=1&max=1", token, null).expect(200).json();
    assertThat(page).hasSize(1);
    assertThat(page.get(0).get("id")).isEqualTo(all.get(1).get("id"));
    assertThat(keys.send("GET", "?first=3", token, null).expect(200).json()).isEmpty();
    JsonNode byAdmin =
        admin
            .get("/realms/app/api-keys?owner=client:" + uuid + "&first=2&max=5")
            .expect(200)
            .json();
    assertThat(byAdmin).hasSize(1);
    for (String bad : new String[] {"?first=-1", "?max=0", "?max=x", "?first=9999999999"}) {
      Response refused = keys.send("GET", bad, token, null);
      assertThat(refused.status()).as(bad).isEqualTo(400);
      assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
    }
  }

  @Test
  void thePartialExportCarriesTheKeysAndTheImportBringsThemBack() {
    client("svc-export", "");
    JsonNode made = made("svc-export", "tasks:read");
    String key = made.get("key").asText();
    JsonNode rotated = made("svc-export", "tasks:read");
    String successor =
        admin
            .post(
                "/realms/app/api-keys/" + rotated.get("id").asText() + "/rotate",
                Json.object("overlapSeconds", 600))
            .expect(201)
            .text("key");
    JsonNode revoked = made("svc-export", "tasks:read");
    admin.delete("/realms/app/api-keys/" + revoked.get("id").asText()).expect(204);
    keys.verify(key).expect(200);

    ObjectNode exported =
        (ObjectNode)
            admin.post("/realms/app/partial-export?exportClients=true", "").expect(200).json();
    assertThat(exported.toString())
        .contains(ForeignKeys.sha256(key))
        .doesNotContain(key, successor, ForeignKeys.sha256(revoked.get("key").asText()));
    ObjectNode found = client(exported, "svc-export");
    found.put("secret", "svc-export-secret");
    admin.delete("/realms/app/clients/" + admin.clientUuid("svc-export")).expect(204);
    assertThat(keys.isGood(key)).isFalse();

    ObjectNode body = exported.objectNode();
    ArrayNode clients = body.put("ifResourceExists", "SKIP").putArray("clients");
    clients.add(found);
    JsonNode first = admin.post("/realms/app/partialImport", body.toString()).expect(200).json();
    assertThat(first.get("added").asInt()).isEqualTo(1);
    assertThat(keys.verify(key).expect(200).header("X-Auth-Client")).isEqualTo("svc-export");
    assertThat(keys.verify(key).header("X-Auth-Scopes")).isEqualTo("tasks:read");
    assertThat(keys.isGood(rotated.get("key").asText())).as("within its overlap").isTrue();
    assertThat(keys.isGood(successor)).isTrue();
    assertThat(keys.isGood(revoked.get("key").asText())).isFalse();
    admin.post("/realms/app/partialImport", body.toString()).expect(200);
    JsonNode over =
        admin
            .post("/realms/app/partialImport", body.put("ifResourceExists", "OVERWRITE").toString())
            .expect(200)
            .json();
    assertThat(over.get("overwritten").asInt()).isEqualTo(1);
    assertThat(keys.isGood(key)).isTrue();
    JsonNode listed = admin.get("/realms/app/api-keys?owner=client:svc-export").expect(200).json();
    assertThat(listed).hasSize(3);
  }

  @Test
  void savingAClientAsItWasReadEarlierBringsNoRevokedKeyBack() {
    String uuid = client("svc-stale", "");
    JsonNode kept = made("svc-stale", "tasks:read");
    JsonNode revoked = made("svc-stale", "tasks:read");
    ObjectNode stale = read(uuid);
    assertThat(stale.get("attributes").has(COPY + revoked.get("id").asText())).isTrue();
    admin.delete("/realms/app/api-keys/" + revoked.get("id").asText()).expect(204);
    admin.put("/realms/app/clients/" + uuid, stale.put("name", "saved").toString()).expect(204);
    assertThat(keys.isGood(revoked.get("key").asText())).isFalse();
    assertThat(keys.isGood(kept.get("key").asText())).isTrue();
    ObjectNode now = read(uuid);
    assertThat(now.get("name").asText()).isEqualTo("saved");
    assertThat(now.get("attributes").has(COPY + revoked.get("id").asText())).isFalse();
    assertThat(now.get("attributes").has(COPY + kept.get("id").asText())).isTrue();
  }

  @Test
  void whoeverWritesTheCopiesMakesAndWidensNoKey() {
    String uuid = client("svc-forged", "");
    JsonNode made = made("svc-forged");
    String name = COPY + made.get("id").asText();
    ObjectNode client = read(uuid);
    ObjectNode attributes = (ObjectNode) client.get("attributes");
    String copy = attributes.get(name).asText();
    attributes.put(name, copy.replace("\"scopes\":[]", "\"scopes\":[\"tasks:read\"]"));
    attributes.put(COPY + "invented", copy(ForeignKeys.sha256("invented-key-0123456789")));
    assertThat(attributes.get(name).asText()).isNotEqualTo(copy);
    admin.put("/realms/app/clients/" + uuid, client.toString()).expect(204);
    assertThat(keys.isGood("invented-key-0123456789")).isFalse();
    assertThat(keys.verify(made.get("key").asText()).expect(200).header("X-Auth-Scopes")).isEmpty();
    assertThat(read(uuid).get("attributes").get(name).asText()).isEqualTo(copy);
    assertThat(read(uuid).get("attributes").has(COPY + "invented")).isFalse();
  }

  private static String copy(String hash) {
    return "{\"hash\":\""
        + hash
        + "\",\"createdAt\":1,\"data\":{\"name\":\"n\",\"prefix\":\"\",\"scopes\":[\"tasks:read\"],"
        + "\"active\":true}}";
  }

  private static String attributes(String copy) {
    return ",\"attributes\":{\"" + COPY + "one\":\"" + copy.replace("\"", "\\\"") + "\"}";
  }

  @Test
  void aCopyThatCannotBeReadOrIsThereAlreadyStopsTheImport() {
    String hash = ForeignKeys.sha256("copied-key-0123456789");
    client("svc-copied", attributes(copy(hash)));
    assertThat(keys.verify("copied-key-0123456789").expect(200).header("X-Auth-Client"))
        .isEqualTo("svc-copied");
    Response twice =
        admin.post(
            "/realms/app/clients", "{\"clientId\":\"svc-twice\"" + attributes(copy(hash)) + "}");
    assertThat(twice.status()).as(twice.body()).isEqualTo(409);
    Response broken =
        admin.post(
            "/realms/app/clients",
            "{\"clientId\":\"svc-broken\"" + attributes(Json.object("hash", "12")) + "}");
    assertThat(broken.status()).as(broken.body()).isBetween(400, 500);
    assertThat(admin.get("/realms/app/clients?clientId=svc-broken").json()).isEmpty();
  }

  @Test
  void aClientThatRegistersItselfBringsNoKeys() {
    String initial =
        admin
            .post("/realms/app/clients-initial-access", Json.object("expiration", 60, "count", 1))
            .expect(201)
            .text("token");
    Response registered =
        Http.send(
            Http.request(realm.url() + "/clients-registrations/default")
                .header("Authorization", "Bearer " + initial)
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"clientId\":\"svc-self\",\"serviceAccountsEnabled\":true"
                            + attributes(copy(ForeignKeys.sha256("self-key-0123456789")))
                            + "}")));
    assertThat(registered.status()).as(registered.body()).isEqualTo(201);
    assertThat(keys.isGood("self-key-0123456789")).isFalse();
    assertThat(read(admin.clientUuid("svc-self")).get("attributes").has(COPY + "one")).isFalse();
  }
}

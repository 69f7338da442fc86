package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.RawHttp;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.RealmFile;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** K1, K8: keys of other applications, known by their SHA-256, by every way of import. */
@SharedRealm
class BulkImportIT {

  private static final String PATH = "/realms/app/api-keys/import";

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();

  @TempDir Path folder;

  private Response send(String token, String type, String body) {
    return Http.send(
        Http.request(stack.url() + "/admin" + PATH)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private Response send(String... rows) {
    return send(AdminApi.token(stack.url()), "application/x-ndjson", String.join("\n", rows));
  }

  private static String row(String owner, String key, String... scopes) {
    ObjectNode row = new ObjectMapper().createObjectNode();
    if (owner.startsWith("client:")) {
      row.put("clientId", owner.substring(7));
    } else {
      row.put("username", owner);
    }
    row.put("hash", ForeignKeys.sha256(key)).put("name", "old");
    var list = row.putArray("scopes");
    for (String scope : scopes) {
      list.add(scope);
    }
    return row.toString();
  }

  @Test
  void keysWithAndWithoutAChecksumAndOfOtherForms() {
    String checked = ForeignKeys.withChecksum("atk_" + "b".repeat(43));
    String unchecked = "atk_" + "c".repeat(43);
    String foreign = "sk-live-0123456789abcdef";
    String service = ForeignKeys.withChecksum("atk_" + "d".repeat(43));
    JsonNode report =
        send(
                row("alice", checked, "tasks:read"),
                row("alice", unchecked, "tasks:read", "tasks:write"),
                row("bob", foreign),
                row("client:tasks-service", service, "tasks:read"))
            .expect(200)
            .json();
    assertThat(report.toString())
        .isEqualTo("{\"rows\":4,\"created\":4,\"unchanged\":0,\"refused\":0,\"errors\":[]}");
    assertThat(keys.verify(checked).expect(200).header("X-Auth-Username")).isEqualTo("alice");
    assertThat(keys.verify(unchecked).expect(200).header("X-Auth-Scopes"))
        .isEqualTo("tasks:read tasks:write");
    assertThat(keys.verify(foreign).expect(200).header("X-Auth-Username")).isEqualTo("bob");
    assertThat(keys.verify(service).expect(200).header("X-Auth-Client")).isEqualTo("tasks-service");
    assertThat(keys.exchange(checked, null).expect(200).text("scope")).isEqualTo("tasks:read");

    JsonNode again =
        send(row("alice", checked, "tasks:read"), row("bob", "another-key-0123456789"))
            .expect(200)
            .json();
    assertThat(again.toString())
        .isEqualTo("{\"rows\":2,\"created\":1,\"unchanged\":1,\"refused\":0,\"errors\":[]}");
    assertThat(
            admin.get("/realms/app/admin-events?max=200&resourcePath=api-keys*").expect(200).body())
        .contains("api_key_imported")
        .doesNotContain(ForeignKeys.sha256(checked));
  }

  /** Whatever their length, and with the prefix of this realm's own keys too. */
  @Test
  void keysOfAnyFormThatTheIndexHasAreAccepted() {
    List<String> forms =
        List.of(
            "atk_" + "s".repeat(22),
            "atk_" + "0123456789abcdef".repeat(2),
            "atk_" + "0123456789abcdef".repeat(4),
            "atk_" + "e".repeat(43) + "=",
            "atk_" + "n".repeat(49),
            "atk_" + "l".repeat(86),
            "sk_live_" + "f".repeat(24),
            "0b9c1c1e-7c1e-4d1e-9c1e-0123456789ab");
    String stranger = "atk_" + "z".repeat(49);
    keys.verify(stranger).expect(403);
    JsonNode report =
        send(forms.stream().map(key -> row("bob", key, "tasks:read")).toArray(String[]::new))
            .expect(200)
            .json();
    assertThat(report.get("created").asInt()).isEqualTo(forms.size());
    for (String key : forms) {
      assertThat(keys.verify(key).expect(200).header("X-Auth-Username")).as(key).isEqualTo("bob");
      keys.verify(key + "x").expect(403);
    }
    keys.verify(stranger).expect(403);
  }

  /** keycloak-config-cli and Terraform write all attributes of a realm, those that they know. */
  @Test
  void importedKeysSurviveAChangeOfTheRealmFromAFile() throws Exception {
    String used = "atk_" + "used".repeat(8);
    String fresh = "atk_" + "fresh".repeat(6);
    send(row("bob", used), row("bob", fresh)).expect(200);
    keys.verify(used).expect(200);
    String file = RealmFile.shipped().resolve(RealmFile.developmentEnvironment()).json();
    ObjectNode change = new ObjectMapper().createObjectNode();
    change.set("attributes", new ObjectMapper().readTree(file).get("attributes"));
    for (int time = 1; time <= 2; time++) {
      admin.put("/realms/app", change.toString()).expect(204);
      keys.verify(used).expect(200);
    }
    keys.verify(fresh).expect(200);
    keys.verify("atk_" + "never".repeat(6)).expect(403);
  }

  /** Counts of an import by Keycloak's own JSON; the next requests are added to them. */
  @Test
  void usageOfAnImportedKeyIsGoneOnWith() throws Exception {
    String key = "used-key-0123456789abcdef0123456789";
    ObjectNode credential = ForeignKeys.credential(key, "ci", "tasks:read");
    ObjectNode data =
        (ObjectNode) new ObjectMapper().readTree(credential.get("credentialData").asText());
    data.put("requestCount", 41).put("lastUsedAt", 1769817600000L);
    credential.put("credentialData", data.toString()).put("createdDate", 1738281600000L);
    ObjectNode user =
        new ObjectMapper().createObjectNode().put("username", "busy").put("enabled", true);
    user.putArray("credentials").add(credential);
    ObjectNode body = new ObjectMapper().createObjectNode().put("ifResourceExists", "FAIL");
    body.putArray("users").add(user);
    admin.post("/realms/app/partialImport", body.toString()).expect(200);

    JsonNode listed =
        admin
            .get("/realms/app/api-keys?owner=user:" + admin.userId("busy"))
            .expect(200)
            .json()
            .get(0);
    assertThat(listed.get("requestCount").asLong()).isEqualTo(41);
    assertThat(listed.get("lastUsedAt").asText()).startsWith("2026-01-31T00:00:00");
    assertThat(listed.get("createdAt").asText()).startsWith("2025-01-31T00:00:00");
  }

  @Test
  void aRefusedRowStopsNoOtherAndIsToldWithItsNumber() {
    String good = "good-key-0123456789";
    String taken = "taken-key-0123456789";
    send(row("carol", taken)).expect(200);
    JsonNode report =
        send(
                "not json",
                "",
                row("nobody", "a-key-0123456789abc"),
                row("alice", taken),
                row("alice", "wide-key-0123456789", "admin"),
                Json.object("username", "alice", "hash", "1234"),
                Json.object("username", "alice", "hash", "0".repeat(64), "expiresAt", "2001-01-01"),
                row("alice", good, "tasks:read"))
            .expect(200)
            .json();
    assertThat(report.get("rows").asInt()).isEqualTo(7);
    assertThat(report.get("created").asInt()).isEqualTo(1);
    assertThat(report.get("errors"))
        .extracting(error -> error.get("row").asInt() + " " + error.get("error").asText())
        .containsExactly(
            "1 invalid_request",
            "3 not_found",
            "4 conflict",
            "5 invalid_scope",
            "6 invalid_request",
            "7 invalid_request");
    assertThat(report.toString()).doesNotContain(ForeignKeys.sha256(taken));
    assertThat(keys.isGood(good)).isTrue();
    assertThat(keys.verify(taken).expect(200).header("X-Auth-Username")).isEqualTo("carol");
    assertThat(keys.isGood("wide-key-0123456789")).isFalse();
  }

  /** PostgreSQL rejects a query with NUL: the row is rejected before one is sent. */
  @Test
  void anOwnerWhomNoDatabaseCanLookForStopsNoOtherRow() {
    String first = "before-nul-0123456789";
    String last = "after-nul-0123456789";
    String owner =
        "{\"owner\":{\"type\":\"user\",\"id\":\"\\u0000\"},\"hash\":\"" + "0".repeat(64) + "\"}";
    JsonNode report =
        send(
                row("alice", first),
                row("a\0", "nul-key-0123456789-a"),
                row("client:tasks\0", "nul-key-0123456789-b"),
                owner,
                row("bob", last))
            .expect(200)
            .json();
    assertThat(report.get("created").asInt()).isEqualTo(2);
    assertThat(report.get("errors"))
        .extracting(error -> error.get("row").asInt() + " " + error.get("error").asText())
        .containsExactly("2 invalid_request", "3 invalid_request", "4 invalid_request");
    assertThat(keys.isGood(first)).isTrue();
    assertThat(keys.isGood(last)).isTrue();
  }

  @Test
  void theRealmsLimitOfKeysHolds() {
    admin
        .post(
            "/realms/app/users",
            Json.object("username", "many", "enabled", true, "email", "many@example.org"))
        .expect(201);
    String rows =
        IntStream.range(0, 55)
            .mapToObj(i -> row("many", "many-key-0123456789-" + i))
            .collect(Collectors.joining("\n"));
    JsonNode report =
        send(AdminApi.token(stack.url()), "application/x-ndjson", rows).expect(200).json();
    assertThat(report.get("created").asInt()).isEqualTo(50);
    assertThat(report.get("errors"))
        .extracting(error -> error.get("error").asText())
        .containsOnly("limit_exceeded")
        .hasSize(5);
    JsonNode again =
        send(AdminApi.token(stack.url()), "application/x-ndjson", rows).expect(200).json();
    assertThat(again.get("unchanged").asInt()).isEqualTo(50);
  }

  @Test
  void whoMayManageUsersMayNotManageClients() {
    String user = administrator("importer-users", "manage-users");
    String both =
        row("alice", "perm-key-0123456789-a")
            + "\n"
            + row("client:gateway", "perm-key-0123456789-b");
    JsonNode report = send(user, "application/x-ndjson", both).expect(200).json();
    assertThat(report.get("created").asInt()).isEqualTo(1);
    assertThat(report.get("errors").get(0).get("error").asText()).isEqualTo("not_found");
    String none = administrator("importer-none", "view-users");
    Response refused = send(none, "application/x-ndjson", both);
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.text("error")).isEqualTo("forbidden");
    assertThat(send(keys.token("alice"), "application/x-ndjson", both).status()).isEqualTo(403);
    assertThat(send("x", "application/x-ndjson", both).status()).isEqualTo(401);
  }

  @Test
  void whatIsTooMuchOrOfAnotherTypeIsRefused() {
    String token = AdminApi.token(stack.url());
    assertThat(send(token, "application/x-www-form-urlencoded", "a=b").status()).isEqualTo(415);
    assertThat(send(token, "text/csv", "a,b").status()).isEqualTo(415);
    Response tooMany = send(token, "application/x-ndjson", "x\n".repeat(10_001));
    assertThat(tooMany.status()).isEqualTo(413);
    assertThat(tooMany.text("detail")).contains("10000 rows");
    assertThat(tooMany.json().at("/report/errors")).as("of all rows before").hasSize(10_000);
    // The headers alone: the server answers and closes before it has read a body of that size.
    String tooLarge =
        RawHttp.send(
            stack.url(),
            "POST /admin" + PATH + " HTTP/1.1",
            "Authorization: Bearer " + token,
            "Content-Type: application/x-ndjson",
            "Content-Length: 11000000");
    assertThat(RawHttp.status(tooLarge)).isEqualTo(413);
  }

  @Test
  void theCommandSendsAFile() throws Exception {
    String key = "command-key-0123456789";
    String clientKey = "command-key-of-client-0123456789";
    Path file =
        Files.write(
            folder.resolve("keys.jsonl"),
            List.of(
                row("alice", key, "tasks:read"),
                "",
                Json.object("username", "alice"),
                row("nobody", "command-key-of-nobody"),
                row("client:tasks-service", clientKey, "tasks:read")));
    String[] command = {
      "import", "--server", stack.url().toString(), "--rows-per-request", "1", file.toString()
    };
    Map<String, String> environment = Map.of("BULWARK_TOKEN", AdminApi.token(stack.url()));
    Commands.Result result = Commands.apiKeys(environment, command).expect(2);
    assertThat(result.output())
        .contains("line 3: hash is needed", "line 4: There is no such owner")
        .contains("4 rows: 2 created, 0 unchanged, 2 refused")
        .doesNotContain(ForeignKeys.sha256(key), environment.get("BULWARK_TOKEN"));
    assertThat(keys.verify(key).expect(200).header("X-Auth-Username")).isEqualTo("alice");
    assertThat(keys.verify(clientKey).expect(200).header("X-Auth-Client"))
        .isEqualTo("tasks-service");
    assertThat(Commands.apiKeys(environment, command).expect(2).output())
        .contains("4 rows: 0 created, 2 unchanged, 2 refused");
    assertThat(Commands.apiKeys(Map.of("BULWARK_TOKEN", "x"), command).expect(1).output())
        .contains("bulwark-apikeys: the server has answered 401");
    assertThat(Commands.apiKeys(Map.of(), command).expect(1).output())
        .contains("set BULWARK_TOKEN, or --client-id");
  }

  /** The packaged command has the classes for each of them. */
  @Test
  void theCommandReadsEveryField() throws Exception {
    String row =
        """
        {"username": "alice", "hash": "%s", "name": "ci", "prefix": "old_1234", "active": true,
         "scopes": ["tasks:read"], "expiresAt": "2040-01-01T00:00:00Z", "createdAt": "2020-01-01",
         "rateLimit": {"requests": 100, "seconds": 60}, "allowedNetworks": ["10.0.0.0/8"],
         "metadata": {"team": "billing"}}
        """
            .formatted(ForeignKeys.sha256("command-key-of-every-field"))
            .replace('\n', ' ');
    Path file = Files.writeString(folder.resolve("full.jsonl"), row);
    assertThat(
            Commands.apiKeys(Map.of(), "import", "--dry-run", file.toString()).expect(0).output())
        .contains("1 rows: 1 of the right form, 0 refused");
  }

  @Test
  void theCommandLogsInAsAClient() throws Exception {
    admin
        .post(
            "/realms/app/clients",
            """
            {"clientId": "importer", "secret": "importer-secret",
             "serviceAccountsEnabled": true, "fullScopeAllowed": true}
            """)
        .expect(201);
    String uuid = admin.clientUuid("importer");
    String account =
        admin.get("/realms/app/clients/" + uuid + "/service-account-user").expect(200).text("id");
    grant(account, "manage-users");
    Path file =
        Files.write(folder.resolve("keys.jsonl"), List.of(row("bob", "client-login-0123456789")));
    Commands.Result result =
        Commands.apiKeys(
                Map.of("BULWARK_CLIENT_SECRET", "importer-secret"),
                "import",
                "--server",
                stack.url().toString(),
                "--client-id",
                "importer",
                file.toString())
            .expect(0);
    assertThat(result.output()).contains("1 rows: 1 created");
    assertThat(keys.isGood("client-login-0123456789")).isTrue();
  }

  @Test
  void realmJsonTakesBothForms() {
    String checked = ForeignKeys.withChecksum("atk_" + "e".repeat(43));
    String unchecked = "atk_" + "f".repeat(43);
    ObjectNode user = new ObjectMapper().createObjectNode();
    user.put("username", "erin").put("enabled", true).put("email", "erin@example.org");
    user.putArray("credentials")
        .add(ForeignKeys.credential(checked, "one", "tasks:read"))
        .add(ForeignKeys.credential(unchecked, "two", "tasks:write"));
    admin
        .post(
            "/realms/app/partialImport", "{\"ifResourceExists\":\"FAIL\",\"users\":[" + user + "]}")
        .expect(200);
    assertThat(keys.verify(checked).expect(200).header("X-Auth-Scopes")).isEqualTo("tasks:read");
    assertThat(keys.verify(unchecked).expect(200).header("X-Auth-Scopes")).isEqualTo("tasks:write");
    assertThat(keys.isGood(checked.substring(0, 47))).as("without its checksum").isFalse();
  }

  @Test
  void aServiceAccountsCredentialIsRefusedClearly() {
    ObjectNode user = new ObjectMapper().createObjectNode();
    user.put("username", "service-account-svc").put("enabled", true);
    user.put("serviceAccountClientId", "svc");
    user.putArray("credentials").add(ForeignKeys.credential("svc-key-0123456789", "one"));
    String client = Json.object("clientId", "Svc", "serviceAccountsEnabled", true);
    Response realmImport =
        admin.post(
            "/realms",
            "{\"realm\":\"sa\",\"enabled\":true,\"clients\":["
                + client.replace("Svc", "svc")
                + "],\"users\":["
                + user
                + "]}");
    assertThat(realmImport.status()).as(realmImport.body()).isEqualTo(400);
    assertThat(realmImport.body()).contains("A service account cannot have an api-key credential");
    assertThat(admin.get("/realms/sa").status()).isEqualTo(404);
    assertThat(keys.isGood("svc-key-0123456789")).isFalse();
  }

  @Test
  void federatedUsersPassTheProviderByUntilTheIndexIsMadeAnew() {
    ObjectNode user = new ObjectMapper().createObjectNode();
    user.put("id", "f:0f0f0f0f-0000-4000-8000-000000000001:zoe");
    user.putArray("credentials").add(ForeignKeys.credential("zoe-key-0123456789", "one"));
    admin.makeRealm("{\"realm\":\"fed\",\"enabled\":true,\"federatedUsers\":[" + user + "]}");
    try {
      String path = "/realms/fed/api-keys/reindex";
      JsonNode report = admin.post(path, "").expect(200).json();
      assertThat(report.get("added").asInt()).as(report.toString()).isEqualTo(1);
      assertThat(report.get("next").isNull()).isTrue();
      assertThat(admin.post(path, "").expect(200).json().get("added").asInt()).isZero();
      // In steps, as the command does it.
      JsonNode step = admin.post(path + "?max=1", "").expect(200).json();
      assertThat(step.get("added").asInt()).isZero();
      assertThat(admin.post(path + "?cursor=nonsense", "").status()).isEqualTo(400);
      assertThat(
              Commands.apiKeys(
                      Map.of("BULWARK_TOKEN", AdminApi.token(stack.url())),
                      "reindex",
                      "--server",
                      stack.url().toString(),
                      "--realm",
                      "fed")
                  .expect(0)
                  .output())
          .contains("0 added, 0 corrected, 0 removed, 0 left out");
    } finally {
      admin.delete("/realms/fed").expect(204);
    }
  }

  private String administrator(String name, String role) {
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
    grant(admin.userId(name), role);
    return AccountApi.of(realm, admin).token(name);
  }

  private void grant(String userId, String role) {
    String management = admin.clientUuid("realm-management");
    JsonNode found =
        admin.get("/realms/app/clients/" + management + "/roles/" + role).expect(200).json();
    admin
        .post(
            "/realms/app/users/" + userId + "/role-mappings/clients/" + management,
            "[" + found + "]")
        .expect(204);
  }
}

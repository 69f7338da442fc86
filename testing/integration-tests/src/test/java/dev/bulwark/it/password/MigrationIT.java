package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.apikey.ApiKeySetup;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.Totp;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.RealmFile;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.testing.Programs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * P4, P5: the packaged converter, and its output imported by every way that docs/migration.md
 * names. Whoever it was, logs in with the old password, the second factor and the API keys they
 * had.
 */
@Tag("full")
@SharedRealm
class MigrationIT {

  private static final String TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

  /** The older form, without a checksum. */
  private static final String KEY = "atk_" + "k".repeat(43);

  private static final String RETIRED_KEY = "atk_" + "r".repeat(43);

  private static final List<OldHash> HASHES = OldHash.oneOfEachForm();

  /** Argon2 of other applications has the id argon2 from the start. */
  private static final int OLD_HASHES =
      (int) HASHES.stream().filter(hash -> !hash.algorithm().equals("argon2")).count();

  /** Has a TOTP secret, and the keys. */
  private static final int EQUIPPED = 0;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void aCsvFileByPartialImportIntoARunningRealmTwice() throws Exception {
    Path out = folder.resolve("out");
    String in = csv().toString();
    String[] refused = {
      "line 2: password_hash: it is in no known form",
      "line 4: password_hash: its bcrypt cost of 20 is over the limit of 15",
      "line 5: username 'm0' is on line 3 already",
      "line 6: 2 fields, the header has 8"
    };
    String counts = (HASHES.size() + 4) + " rows: " + HASHES.size() + " converted, 4 refused";
    Commands.Result dry =
        Commands.migrate("--in", in, "--out", out.toString(), "--allow-fast-hashes", "--dry-run")
            .expect(2);
    assertThat(dry.output()).contains(refused).contains(counts, "dry run: nothing written");
    assertThat(out).doesNotExist();
    Commands.Result real =
        Commands.migrate(
                "--in",
                in,
                "--out",
                out.toString(),
                "--users-per-file",
                "20",
                "--allow-fast-hashes",
                "--api-key-scopes",
                "tasks:read")
            .expect(2);
    assertThat(real.output()).contains(refused).contains(counts, "with TOTP: 1, API keys: 1");
    for (OldHash hash : HASHES) {
      assertThat(real.output()).contains("  " + hash.algorithm() + ": ");
      assertThat(real.output()).as("no hash in what it says").doesNotContain(hash.hash());
    }

    AdminApi admin = TestStack.get().admin();
    int added = 0;
    for (Path file : userFiles(out)) {
      JsonNode first = partialImport(admin, file);
      assertThat(first.get("skipped").asInt()).isZero();
      added += first.get("added").asInt();
      JsonNode second = partialImport(admin, file);
      assertThat(second.get("added").asInt()).as("twice is safe").isZero();
      assertThat(second.get("skipped").asInt()).isEqualTo(first.get("added").asInt());
    }
    assertThat(added).isEqualTo(HASHES.size());
    Realm realm = TestStack.get().realm();
    assertReady(realm, admin);
    assertLogIn(realm, HASHES);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(oldHashes(admin)).as("all are argon2 by now").isZero());
    assertThat(verify(realm, KEY).expect(200).header("X-Auth-Scopes")).isEqualTo("tasks:read");

    partialImport(admin, userFiles(out).get(0));
    assertThat(oldHashes(admin)).as("a later run does not bring the old hashes back").isZero();
  }

  @Test
  void aJsonLinesFileWithANewRealmAtTheStartAndByKcImport() throws Exception {
    Path out = folder.resolve("out");
    Commands.Result converted =
        Commands.migrate(
                "--in",
                jsonLines().toString(),
                "--out",
                out.toString(),
                "--users-per-file",
                "20",
                "--allow-fast-hashes")
            .expect(2);
    assertThat(converted.output())
        .contains("line 1: not JSON", "line 2: field 'email' is missing", "2 refused")
        .contains(HASHES.size() + " converted", "API keys: 2");
    ServerSpec.Builder spec = TestStack.spec("migration", TestStack.get().redisOf("migration"));
    userFiles(out).forEach(spec::realmFile);
    try (DistributionServer server = DistributionServer.start(spec.build())) {
      Realm realm = new Realm(server.url(), "app");
      AdminApi admin =
          new AdminApi(server.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
      assertReady(realm, admin);
      assertLogIn(realm, OldHash.oneOfEachAlgorithm(HASHES));
      ApiKeySetup.assertReady(realm, admin);
      assertThat(verify(realm, KEY).expect(200).header("X-Auth-Scopes")).isEqualTo("tasks:write");
      assertThat(verify(realm, RETIRED_KEY).status()).as("not active").isEqualTo(403);

      server.stop();
      Map<String, String> environment = new HashMap<>(RealmFile.developmentEnvironment());
      environment.put("JAVA_HOME", System.getProperty("java.home"));
      environment.put(
          "KC_SPI_REDIS_CONNECTION__DEFAULT__URL", TestStack.get().redisOf("migration"));
      environment.put("KC_SPI_PASSWORD_POLICY__BREACHED_PASSWORD__ONLINE", "false");
      // kc.sh import opens it, too: any free port.
      environment.put("KC_HTTP_MANAGEMENT_PORT", "0");
      Commands.kc(
              server.home(),
              environment,
              "import",
              "--optimized",
              "--dir",
              server.home().resolve("data/import").toString())
          .expect(0);
      server.startAgain();
      assertThat(oldHashes(admin))
          .as("kc.sh import has replaced the realm, and --import-realm has left it alone")
          .isEqualTo(OLD_HASHES);
      for (int number = 1; number < 4; number++) {
        login(realm, number, "").expect(200);
      }
      assertThat(oldHashes(admin)).isLessThan(OLD_HASHES);
      verify(realm, KEY).expect(200);
      ApiKeySetup.assertReady(realm, admin);
    }
  }

  /** As large as the converter makes one; Keycloak takes requests of up to 10 MiB. */
  @Test
  void aFullFileByPartialImport() throws Exception {
    List<String> rows = new ArrayList<>();
    String scopes = "tasks:read tasks:write ".repeat(2300).strip();
    for (int number = 0; number < 150; number++) {
      ObjectNode row = JSON.createObjectNode();
      row.put("username", "full" + number).put("email", "").put("password_hash", "");
      ObjectNode key = row.putArray("api_key_hashes").addObject();
      key.put("hash", "%064x".formatted(number));
      var list = key.putArray("scopes");
      List.of(scopes.split(" ")).forEach(list::add);
      rows.add(row.toString());
    }
    Path in = Files.write(folder.resolve("full.jsonl"), rows);
    Path out = folder.resolve("out");
    Commands.migrate("--in", in.toString(), "--out", out.toString(), "--allow-no-password")
        .expect(0);
    Path file = out.resolve("app-users-0.json");
    assertThat(Files.size(file)).isBetween(6L << 20, 7L << 20);
    int users = JSON.readTree(file.toFile()).get("users").size();
    JsonNode answer = partialImport(TestStack.get().admin(), file);
    assertThat(answer.get("added").asInt()).isEqualTo(users).isLessThan(150);
  }

  /** The loop of the document: a second run goes on at the file at which the first one ended. */
  @Test
  void theLoopOfTheDocumentGoesOnWhereItEnded() throws Exception {
    Programs.require("curl", "curl");
    Programs.require("jq", "jq");
    List<String> rows = new ArrayList<>(List.of("username,email,password_hash"));
    for (int number = 0; number < 5; number++) {
      rows.add("loop" + number + ",,");
    }
    Path in = Files.write(folder.resolve("loop.csv"), rows);
    Path out = folder.resolve("out");
    Commands.migrate(
            "--in",
            in.toString(),
            "--out",
            out.toString(),
            "--users-per-file",
            "2",
            "--allow-no-password")
        .expect(0);
    Path second = out.resolve("app-users-1.json");
    String users = Files.readString(second);
    Files.writeString(second, "{\"realm\": \"app\", \"users\": 7}");
    String imported = "{\"users\":%1$d,\"added\":%1$d,\"skipped\":0}";
    assertThat(importLoop())
        .contains("failed: out/app-users-1.json")
        .containsOnlyOnce(imported.formatted(2));

    Files.writeString(second, users);
    assertThat(importLoop())
        .doesNotContain("failed")
        .containsSubsequence(imported.formatted(2), imported.formatted(1));
    assertThat(out.resolve("app-users-0.json.done")).exists();
    assertThat(second).doesNotExist();
    for (int number = 0; number < 5; number++) {
      assertThat(TestStack.get().admin().userId("loop" + number)).isNotEmpty();
    }
  }

  private String importLoop() {
    return Commands.bash(
            folder,
            Map.of(
                "KEYCLOAK",
                TestStack.get().url().toString(),
                "ADMIN_USERNAME",
                TestStack.ADMIN_USERNAME,
                "ADMIN_PASSWORD",
                TestStack.ADMIN_PASSWORD),
            ShellBlock.of("docs/migration.md", "3. Import").commands())
        .expect(0)
        .output();
  }

  private Path csv() throws Exception {
    List<String> lines = new ArrayList<>();
    lines.add(
        "username,email,password_hash,first_name,last_name,email_verified,totp_secret,api_key_hashes");
    lines.add("eve,eve@example.org,{unknown}0123456789abcdef,Eve,E,,,");
    for (int number = 0; number < HASHES.size(); number++) {
      boolean equipped = number == EQUIPPED;
      lines.add(
          "M%d,m%d@Example.org,\"%s\",Test,\"User, No. %d\",yes,%s,%s"
              .formatted(
                  number,
                  number,
                  HASHES.get(number).hash(),
                  number,
                  equipped ? TOTP : "",
                  equipped ? sha256(KEY) : ""));
      if (number == 0) {
        lines.add("mallory,,$2b$20$hB94hEx5m.HMTHncqKUZ8ufGbViykjox/RPQVkPzSOsPshg8K5T6m,M,M,,,");
        lines.add("m0,other@example.org,\"%s\",M,M,,,".formatted(HASHES.get(0).hash()));
        lines.add("half,a@row");
      }
    }
    return Files.write(folder.resolve("users.csv"), lines, StandardCharsets.UTF_8);
  }

  private Path jsonLines() throws Exception {
    List<String> lines = new ArrayList<>();
    lines.add("{\"username\":");
    lines.add(Json.object("username", "eve", "password_hash", "x"));
    for (int number = 0; number < HASHES.size(); number++) {
      ObjectNode row = JSON.createObjectNode();
      row.put("username", "m" + number).put("email", "m" + number + "@example.org");
      row.put("password_hash", HASHES.get(number).hash());
      row.put("first_name", "Test").put("last_name", "User").put("email_verified", true);
      if (number == EQUIPPED) {
        row.put("totp_secret", TOTP.toLowerCase(java.util.Locale.ROOT));
        var keys = row.putArray("api_key_hashes");
        ObjectNode key = keys.addObject().put("hash", sha256(KEY)).put("name", "nightly job");
        key.putArray("scopes").add("tasks:write");
        keys.addObject().put("hash", sha256(RETIRED_KEY)).put("name", "old").put("active", false);
      }
      lines.add(row.toString());
    }
    return Files.write(folder.resolve("users.jsonl"), lines, StandardCharsets.UTF_8);
  }

  private static List<Path> userFiles(Path out) throws Exception {
    try (var files = Files.list(out)) {
      List<Path> found =
          files
              .filter(file -> file.getFileName().toString().matches("app-users-\\d+\\.json"))
              .sorted()
              .toList();
      assertThat(found).hasSize((HASHES.size() + 19) / 20);
      return found;
    }
  }

  private static JsonNode partialImport(AdminApi admin, Path file) throws Exception {
    ObjectNode body = (ObjectNode) JSON.readTree(Files.readString(file));
    body.put("ifResourceExists", "SKIP");
    return admin.post("/realms/app/partialImport", body.toString()).expect(200).json();
  }

  private static void assertReady(Realm realm, AdminApi admin) {
    assertThat(oldHashes(admin)).isEqualTo(OLD_HASHES);
    Response wrong = realm.login("m2", "!" + HASHES.get(2).password(), "openid");
    assertThat(wrong.expect(400).text("error")).isEqualTo("invalid_grant");
    assertThat(login(realm, EQUIPPED, "").status()).as("no second factor").isNotEqualTo(200);
    assertThat(verify(realm, KEY).expect(200).header("X-Auth-Username")).isEqualTo("m" + EQUIPPED);
  }

  private static void assertLogIn(Realm realm, List<OldHash> hashes) {
    for (OldHash hash : hashes) {
      int number = HASHES.indexOf(hash);
      Response answer = login(realm, number, number == EQUIPPED ? Totp.now(TOTP) : "");
      assertThat(answer.status()).as("%s: %s", hash, answer.body()).isEqualTo(200);
    }
  }

  private static int oldHashes(AdminApi admin) {
    return admin.get("/realms/app/password-hashes").expect(200).json().get("legacy").asInt();
  }

  private static Response login(Realm realm, int number, String totp) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "password");
    form.put("client_id", "dev-cli");
    form.put("username", "m" + number);
    form.put("password", HASHES.get(number).password());
    if (!totp.isEmpty()) {
      form.put("totp", totp);
    }
    return Http.postForm(realm.endpoint("token"), form);
  }

  private static Response verify(Realm realm, String key) {
    return Http.get(
        realm.url() + "/api-keys/verify",
        "Authorization",
        Realm.basic("gateway", "gateway-dev-secret"),
        "X-API-Key",
        key);
  }

  private static String sha256(String key) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
  }
}

package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.password.HomeFolder;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.RealmFile;
import dev.bulwark.server.ServerSpec;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * K8: a whole realm moves from one server to another by {@code kc.sh export} and {@code import},
 * and its keys go on working; a lost index is made anew; rotated keys are removed.
 */
@Tag("full")
class KeyTransferIT {

  @TempDir(factory = HomeFolder.class)
  Path source;

  @TempDir(factory = HomeFolder.class)
  Path target;

  @TempDir Path files;

  private record Made(
      String user, String inactive, String old, String successor, String service, String expired) {}

  @Test
  void exportAndImportCarryKeysOfUsersAndClients() throws Exception {
    Made made;
    ServerSpec from = TestStack.spec("keys-from", redis()).home(source).build();
    try (DistributionServer server = DistributionServer.start(from)) {
      made = make(new Keys(new Realm(server.url(), "app")), admin(server.url()));
      server.stop();
      Commands.kc(
              source,
              environment(),
              "export",
              "--optimized",
              "--dir",
              files.toString(),
              "--realm",
              "app",
              "--users",
              "realm_file")
          .expect(0);
    }
    String exported = java.nio.file.Files.readString(files.resolve("app-realm.json"));
    for (String key : new String[] {made.user(), made.old(), made.successor(), made.service()}) {
      assertThat(exported).contains(ForeignKeys.sha256(key)).doesNotContain(key);
    }

    ServerSpec to =
        ServerSpec.builder()
            .name("keys-to")
            .shortLived()
            .home(target)
            .option("spi-redis-connection--default--url", redis())
            .option("spi-password-policy--breached-password--online", "false")
            .environment("KC_BOOTSTRAP_ADMIN_USERNAME", TestStack.ADMIN_USERNAME)
            .environment("KC_BOOTSTRAP_ADMIN_PASSWORD", TestStack.ADMIN_PASSWORD)
            .build();
    try (DistributionServer server = DistributionServer.start(to)) {
      server.stop();
      // Twice: the second replaces the realm.
      for (int i = 0; i < 2; i++) {
        Commands.kc(target, environment(), "import", "--optimized", "--dir", files.toString())
            .expect(0);
      }
      server.startAgain();
      Keys keys = new Keys(new Realm(server.url(), "app"));
      assertThere(keys, made);
      String token = keys.token("alice");
      assertThat(keys.send("GET", "", token, null).expect(200).json()).hasSize(4);
      JsonNode clients =
          admin(server.url())
              .get("/realms/app/api-keys?owner=client:tasks-service")
              .expect(200)
              .json();
      assertThat(clients).hasSize(1);
      assertThat(clients.get(0).get("name").asText()).isEqualTo("service");
      // What came with the import can be managed like any other.
      admin(server.url())
          .delete("/realms/app/api-keys/" + clients.get(0).get("id").asText())
          .expect(204);
      assertThat(keys.isGood(made.service())).isFalse();

      server.stop();
      assertThat(sql(target, "DELETE FROM BULWARK_API_KEY WHERE OWNER_TYPE = 'user'")).isEqualTo(5);
      server.startAgain();
      assertThat(keys.isGood(made.user())).isFalse();
      Commands.Result reindexed =
          Commands.apiKeys(
                  Map.of("BULWARK_TOKEN", AdminApi.token(server.url())),
                  "reindex",
                  "--server",
                  server.url().toString())
              .expect(0);
      assertThat(reindexed.output()).contains("5 added, 0 corrected, 0 removed, 0 left out");
      assertThat(keys.isGood(made.user())).isTrue();
      assertThat(keys.isGood(made.inactive())).isFalse();
      assertThat(keys.isGood(made.old())).isTrue();
    }
  }

  private static Made make(Keys keys, AdminApi admin) {
    String token = keys.token("alice");
    String user = keys.made("alice", "ci", "tasks:read").get("key").asText();
    JsonNode inactive = keys.made("alice", "off", "tasks:read");
    keys.send("PATCH", "/" + inactive.get("id").asText(), token, Json.object("active", false))
        .expect(200);
    JsonNode old = keys.made("alice", "turn", "tasks:read", "tasks:write");
    String successor =
        keys.send(
                "POST",
                "/" + old.get("id").asText() + "/rotate",
                token,
                Json.object("overlapSeconds", 86400))
            .expect(201)
            .text("key");
    JsonNode bobs =
        keys.create(
                keys.token("bob"),
                Keys.body("soon", java.time.Instant.now().plusSeconds(2).toString(), "tasks:read"))
            .expect(201)
            .json();
    String service =
        admin
            .post(
                "/realms/app/api-keys",
                """
                {"name": "service", "scopes": ["tasks:read"],
                 "owner": {"type": "client", "id": "tasks-service"}}
                """)
            .expect(201)
            .text("key");
    return new Made(
        user,
        inactive.get("key").asText(),
        old.get("key").asText(),
        successor,
        service,
        bobs.get("key").asText());
  }

  private static void assertThere(Keys keys, Made made) {
    Response verified = keys.verify(made.user()).expect(200);
    assertThat(verified.header("X-Auth-Username")).isEqualTo("alice");
    assertThat(verified.header("X-Auth-Scopes")).isEqualTo("tasks:read");
    assertThat(keys.isGood(made.inactive())).isFalse();
    assertThat(keys.isGood(made.expired())).isFalse();
    assertThat(keys.verify(made.old()).expect(200).header("X-Auth-Scopes"))
        .isEqualTo("tasks:read tasks:write");
    assertThat(keys.isGood(made.successor())).isTrue();
    assertThat(keys.verify(made.service()).expect(200).header("X-Auth-Client"))
        .isEqualTo("tasks-service");
    assertThat(keys.exchange(made.service(), null).expect(200).text("scope"))
        .isEqualTo("tasks:read");
  }

  @Test
  void rotatedKeysGoAfterTheirOverlapAndTakeTheirTokensAlong() throws Exception {
    ServerSpec spec =
        TestStack.spec("keys-sweep", redis())
            .home(source)
            .option("spi-api-key--default--sweep-seconds", "1")
            .build();
    try (DistributionServer server = DistributionServer.start(spec)) {
      Keys keys = new Keys(new Realm(server.url(), "app"));
      AdminApi admin = admin(server.url());
      String token = keys.token("alice");
      JsonNode old = keys.made("alice", "turn", "tasks:read");
      JsonNode long_ = keys.made("alice", "stay", "tasks:read");
      String exchanged =
          keys.exchange(old.get("key").asText(), null).expect(200).text("access_token");
      String oldPath = "/" + old.get("id").asText();
      String longPath = "/" + long_.get("id").asText();
      keys.send("POST", longPath + "/rotate", token, Json.object("overlapSeconds", 3600))
          .expect(201);
      String successor =
          keys.send("POST", oldPath + "/rotate", token, Json.object("overlapSeconds", 2))
              .expect(201)
              .text("key");
      String service =
          admin
              .post(
                  "/realms/app/api-keys",
                  """
                  {"name": "s", "owner": {"type": "client", "id": "tasks-service"}}
                  """)
              .expect(201)
              .text("id");
      admin
          .post("/realms/app/api-keys/" + service + "/rotate", Json.object("overlapSeconds", 1))
          .expect(201);
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                assertThat(keys.send("GET", oldPath, token, null).status()).isEqualTo(404);
                assertThat(admin.get("/realms/app/api-keys/" + service).status()).isEqualTo(404);
              });
      String credentials =
          admin
              .get("/realms/app/users/" + admin.userId("alice") + "/credentials")
              .expect(200)
              .body();
      assertThat(credentials).doesNotContain(old.get("id").asText());
      assertThat(credentials).contains(long_.get("id").asText());
      assertThat(keys.isGood(successor)).isTrue();
      assertThat(keys.isGood(long_.get("key").asText())).isTrue();
      KeyTokens.assertRevoked(keys, redis(), exchanged);
      String events = admin.get("/realms/app/events?type=REMOVE_CREDENTIAL").expect(200).body();
      assertThat(events)
          .contains("\"api_key_action\":\"replaced\"", old.get("id").asText(), service);

      // Keycloak's own deletion leaves a row, which a round removes once it is not young any more.
      JsonNode orphan = keys.made("alice", "orphan", "tasks:read");
      admin
          .delete(
              "/realms/app/users/"
                  + admin.userId("alice")
                  + "/credentials/"
                  + orphan.get("id").asText())
          .expect(204);
      server.stop();
      String rows =
          "SELECT COUNT(*) FROM BULWARK_API_KEY WHERE ID = '" + orphan.get("id").asText() + "'";
      assertThat(count(source, rows)).isEqualTo(1);
      sql(source, "UPDATE BULWARK_API_KEY SET CREATED_AT = CREATED_AT - 600000");
      server.startAgain();
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(metric(server, "bulwark_apikey_sweep_removed_total{kind=\"orphan\""))
                      .isEqualTo(1.0));
      assertThat(keys.isGood(successor)).as("backed rows stay").isTrue();
      server.stop();
      assertThat(count(source, rows)).isZero();
    }
  }

  private static double metric(DistributionServer server, String name) {
    return Http.get(server.managementUrl() + "/metrics")
        .expect(200)
        .body()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static String redis() {
    return TestStack.get().redisOf("keys");
  }

  private static AdminApi admin(URI url) {
    return new AdminApi(url, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(RealmFile.developmentEnvironment());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("KC_SPI_REDIS_CONNECTION__DEFAULT__URL", redis());
    environment.put("KC_SPI_PASSWORD_POLICY__BREACHED_PASSWORD__ONLINE", "false");
    // The commands open it, too: any free port.
    environment.put("KC_HTTP_MANAGEMENT_PORT", "0");
    return environment;
  }

  private static int sql(Path home, String statement) throws Exception {
    try (Connection connection = connect(home);
        Statement sql = connection.createStatement()) {
      return sql.executeUpdate(statement);
    }
  }

  private static int count(Path home, String query) throws Exception {
    try (Connection connection = connect(home);
        Statement sql = connection.createStatement();
        var rows = sql.executeQuery(query)) {
      assertThat(rows.next()).isTrue();
      return rows.getInt(1);
    }
  }

  /** The database of the stopped server, which has no user's name. */
  private static Connection connect(Path home) throws Exception {
    return DriverManager.getConnection(
        "jdbc:h2:file:" + home.resolve("data/h2/keycloakdb") + ";IFEXISTS=TRUE", "", "");
  }
}

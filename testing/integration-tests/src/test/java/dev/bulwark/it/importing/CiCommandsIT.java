package dev.bulwark.it.importing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.RealmFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * B2: {@code kc.sh import} and {@code --import-realm} as {@code docs/ci.md} says: what a second
 * import leaves alone, and what it replaces.
 */
@Tag("full")
class CiCommandsIT {

  private static final String KEEP =
      ShellBlock.of("docs/ci.md", "With the server stopped").commands();
  private static final String REPLACE =
      ShellBlock.of("docs/ci.md", "With the server stopped", 2).commands();

  @Test
  void aSecondImportLeavesTheRealmAloneOrReplacesIt() throws SQLException {
    try (DistributionServer server =
        DistributionServer.start(TestStack.spec("ci-commands", "redis://127.0.0.1:1").build())) {
      Path home = server.home();
      RealmFile.shipped().writeTo(home);
      admin(server.url())
          .post(
              "/realms/app/users",
              Json.object("username", "kept", "enabled", true, "email", "kept@example.org"))
          .expect(201);
      admin(server.url()).put("/realms/app", Json.object("accessTokenLifespan", 77)).expect(204);
      server.stop();

      Map<String, String> incomplete = new HashMap<>(RealmFile.developmentEnvironment());
      incomplete.remove("GATEWAY_SECRET");
      Commands.Result refused = Commands.bash(home, java(incomplete), REPLACE);
      assertThat(refused.exit()).isNotZero();
      assertThat(refused.output()).contains("GATEWAY_SECRET");
      assertThat(users(home, "kept")).as("nothing is lost by it").containsExactly("kept");

      Commands.bash(home, java(RealmFile.developmentEnvironment()), KEEP).expect(0);
      assertThat(users(home, "kept")).containsExactly("kept");

      // With --import-realm and the same file.
      server.startAgain();
      AdminApi admin = admin(server.url());
      assertThat(admin.get("/realms/app").json().get("accessTokenLifespan").asInt()).isEqualTo(77);
      new Realm(server.url(), "app").login("alice");
      server.stop();

      Commands.bash(home, java(RealmFile.developmentEnvironment()), REPLACE).expect(0);
      assertThat(users(home, "kept")).isEmpty();
      assertThat(users(home, "alice")).as("the shipped file has no user").isEmpty();
      assertThat(users(home, "service-account-tasks-service"))
          .as("the realm is the file's")
          .hasSize(1);
    }
  }

  /** B13: such a file has what the export of a running server leaves out. */
  @Test
  void theFileOfAFullExportHasNoDrift() {
    try (DistributionServer server =
        DistributionServer.start(TestStack.spec("full-export", "redis://127.0.0.1:1").build())) {
      AdminApi admin = admin(server.url());
      admin.put("/realms/app", Json.object("organizationsEnabled", true)).expect(204);
      admin
          .post(
              "/realms/app/organizations",
              """
              {"name": "Acme", "alias": "acme", "domains": [{"name": "acme.example"}]}
              """)
          .expect(201);
      admin
          .post(
              "/realms/app/components",
              """
              {"name": "ldap", "providerId": "ldap",
               "providerType": "org.keycloak.storage.UserStorageProvider",
               "config": {"vendor": ["other"], "connectionUrl": ["ldap://127.0.0.1:1"],
                 "usersDn": ["ou=people,dc=example,dc=org"], "usernameLDAPAttribute": ["uid"],
                 "rdnLDAPAttribute": ["uid"], "uuidLDAPAttribute": ["entryUUID"],
                 "userObjectClasses": ["person"], "editMode": ["READ_ONLY"], "authType": ["simple"], "bindDn": ["cn=kc"],
                 "bindCredential": ["bind-test-secret"], "lastSync": ["1"]}}
              """)
          .expect(201);
      admin
          .post(
              "/realms/app/components",
              """
              {"name": "es256", "providerId": "ecdsa-generated",
               "providerType": "org.keycloak.keys.KeyProvider", "config": {"priority": ["50"]}}
              """)
          .expect(201);
      server.stop();
      Commands.bash(
              server.home(),
              java(RealmFile.developmentEnvironment()),
              "bin/kc.sh export --optimized --file realm.json --realm app --users same_file")
          .expect(0);
      server.startAgain();
      String file = server.home().resolve("realm.json").toString();
      Map<String, String> environment = Map.of("BULWARK_TOKEN", AdminApi.token(server.url()));
      Commands.Result result =
          Commands.realm(environment, "diff", file, "--server", server.url().toString());
      assertThat(result.output()).isEqualTo("realm app: no drift\n");
      result.expect(0);

      admin(server.url()).put("/realms/app", Json.object("organizationsEnabled", false));
      assertThat(
              Commands.realm(environment, "diff", file, "--server", server.url().toString())
                  .expect(2)
                  .output())
          .contains("organizationsEnabled\n", "1 difference")
          .doesNotContain("bind-test-secret");
    }
  }

  /** P6: as docs/migration.md says it, of a stopped server. */
  @Test
  void theUsersLeaveWithTheirHashes() throws IOException {
    try (DistributionServer server =
        DistributionServer.start(TestStack.spec("way-out", "redis://127.0.0.1:1").build())) {
      server.stop();
      Path home = server.home();
      Files.createSymbolicLink(
          home.resolve("password-hash-provider"),
          Repository.root().resolve("password-hash-provider"));
      Commands.bash(
              home,
              java(RealmFile.developmentEnvironment()),
              "kc.sh() { bin/kc.sh \"$@\" --optimized; }\n"
                  + ShellBlock.of("docs/migration.md", "Way out").commands())
          .expect(0);
      assertThat(Files.readAllLines(home.resolve("users.jsonl")))
          .map(Json::parse)
          .filteredOn(user -> user.path("username").asText().equals("alice"))
          .singleElement()
          .extracting(user -> user.path("password_hash").asText())
          .asString()
          .startsWith("$argon2id$");
    }
  }

  private static Map<String, String> java(Map<String, String> variables) {
    Map<String, String> environment = new HashMap<>(variables);
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("JAVA_OPTS_KC_HEAP", "-Xms128m -Xmx512m -XX:MaxMetaspaceSize=384m");
    return environment;
  }

  private static AdminApi admin(URI url) {
    return new AdminApi(url, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  /** The users of that name in the stopped server's database. */
  private static List<String> users(Path home, String name) throws SQLException {
    String url = "jdbc:h2:file:" + home.resolve("data/h2/keycloakdb") + ";IFEXISTS=TRUE";
    // The server of the tests has a database without a user's name.
    try (Connection connection = DriverManager.getConnection(url, "", "");
        Statement sql = connection.createStatement();
        ResultSet rows =
            sql.executeQuery("SELECT username FROM user_entity WHERE username = '" + name + "'")) {
      List<String> found = new java.util.ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }
}

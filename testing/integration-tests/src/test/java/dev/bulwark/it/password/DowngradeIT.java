package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.text.ForeignHash;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B8: the removal of docs/operations/removal.md from the shipped realm, with its statements and
 * that of docs/migration.md, and then a Keycloak without the bundle on the same database. {@link
 * JarOutIT} prepares nothing.
 */
class DowngradeIT {

  private static final String WAY_BACK = Repository.text("docs/migration.md");
  private static final String REMOVAL = Repository.text("docs/operations/removal.md");

  /** With Liquibase's records of them; Keycloak's own are without a further name. */
  private static final String TABLES_OF_THE_BUNDLE =
      "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'bulwark%'"
          + " OR tablename LIKE 'databasechangelog\\_%'";

  @TempDir(factory = HomeFolder.class)
  Path home;

  @Test
  void theRemovalOfTheShippedRealm() {
    try (PostgresProcess database = PostgresProcess.prepared()) {
      remove(database);
    }
  }

  private void remove(PostgresProcess database) {
    OldHash bcrypt = hash("$2b$");
    OldHash argon2i = hash("$argon2i$");
    ServerSpec with =
        database.configure(TestStack.spec("downgrade", "redis://127.0.0.1:1").home(home)).build();
    try (DistributionServer server = DistributionServer.start(with)) {
      Realm realm = new Realm(server.url(), "app");
      AdminApi admin = admin(server.url());
      Users users = new Users(admin);
      policy(
          admin,
          "length(8) and breachedPassword(1) and notUsername and notEmail and passwordHistory(3)");
      users.createWithHash("replaced", ForeignHash.parse(bcrypt.hash(), CostLimits.DEFAULT));
      users.createWithPassword("history", "first-battery");
      setPassword(admin, "history", "second-battery").expect(204);
      users.createWithHash("imported", ForeignHash.parse(argon2i.hash(), CostLimits.DEFAULT));
      users.createWithHash("forgotten", ForeignHash.parse(bcrypt.hash(), CostLimits.DEFAULT));
      users.createWithHash("changed", ForeignHash.parse(bcrypt.hash(), CostLimits.DEFAULT));
      setPassword(admin, "changed", "changed-battery").expect(204);
      users.createWithHash(
          "of-another-jar",
          Json.of(
              Map.of(
                  "algorithm",
                  "another-hash",
                  "hashIterations",
                  1,
                  "additionalParameters",
                  Map.of("before", List.of("bcrypt")))),
          Json.object("value", "x", "salt", ""));
      createKey(admin, "history");
      users.createWithRecoveryCode("codes", hash("$argon2id$").hash());
      anotherRealmWithBcrypt(admin);

      realm.login("replaced", bcrypt.password(), "openid").expect(200);
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> assertThat(users.algorithm("replaced")).isEqualTo("argon2"));
      takeOut(server.url(), admin);
    }
    assertThat(one(database, statement(REMOVAL, "SELECT count\\(\\*\\) FROM credential\\b[^;]*")))
        .as("recovery codes with Argon2")
        .isEqualTo(1);
    assertThat(rowsOf(database, statement(WAY_BACK, "DELETE FROM credential\\b[^;]*")))
        .as("forgotten, the earlier one of changed; none of another jar or realm")
        .isEqualTo(2);
    assertThat(rowsOf(database, statement(REMOVAL, "UPDATE realm\\b[^;]*")))
        .as("the realm that was forgotten")
        .isEqualTo(1);
    assertThat(rowsOf(database, statement(REMOVAL, "DELETE FROM credential\\b[^;]*")))
        .as("the API key of history")
        .isEqualTo(1);
    assertThat(one(database, TABLES_OF_THE_BUNDLE)).isGreaterThan(20);
    database.sql(String.join(";", statements(REMOVAL, "DROP TABLE [^;]*")));
    assertThat(one(database, TABLES_OF_THE_BUNDLE)).isZero();
    ServerSpec without =
        database
            .configure(
                ServerSpec.builder().name("downgraded").home(home).withoutBundle().shortLived())
            .build();
    try (DistributionServer server = DistributionServer.start(without)) {
      assertThat(home.resolve("providers")).isDirectoryNotContaining("glob:**.jar");
      Realm realm = new Realm(server.url(), "app");
      AdminApi admin = admin(server.url());
      Users users = new Users(admin);
      admin.get("/realms/app/password-hashes").expect(404);
      assertThat(admin.get("/realms/other").expect(200).text("passwordPolicy"))
          .isEqualTo("length(8)");
      realm.login("alice");
      browserLogin(server.url(), realm, admin);
      realm.login("replaced", bcrypt.password(), "openid").expect(200);
      realm.login("imported", argon2i.password(), "openid").expect(200);
      realm.login("history", "second-battery", "openid").expect(200);
      realm.login("bob", Realm.PASSWORD + "!", "openid").expect(400);
      for (String name : List.of("alice", "bob", "replaced", "imported", "history", "changed")) {
        assertThat(users.algorithm(name)).as(name).isEqualTo("argon2");
      }
      assertThat(setPassword(admin, "history", "first-battery").expect(400).text("error"))
          .as("the history is read, too")
          .isEqualTo("invalidPasswordHistoryMessage");
      realm.login("forgotten", bcrypt.password(), "openid").expect(400);
      setPassword(admin, "forgotten", "another-battery").expect(204);
      setPassword(admin, "forgotten", "yet-another-battery").expect(204);
      realm.login("forgotten", "yet-another-battery", "openid").expect(200);
      realm.login("changed", "changed-battery", "openid").expect(200);
      setPassword(admin, "changed", "changed-again-battery").expect(204);
      realm.login("changed", "changed-again-battery", "openid").expect(200);
      setPassword(admin, "history", "third-battery").expect(204);
      realm.login("history", "third-battery", "openid").expect(200);
    }
  }

  /** With policies that the removal forgets: they would stop the start of 26.7. */
  private static void anotherRealmWithBcrypt(AdminApi admin) {
    Map<String, Object> credential =
        Map.of(
            "type", "password",
            "credentialData", Json.object("algorithm", "bcrypt", "hashIterations", 4),
            "secretData", Json.object("value", "x", "salt", ""));
    admin.makeRealm(
        Json.of(
            Map.of(
                "realm",
                "other",
                "passwordPolicy",
                "breachedPassword(1) and length(8) and breachedPasswordAtLogin(warn)",
                "users",
                List.of(Map.of("username", "ann", "credentials", List.of(credential))))));
  }

  private static void createKey(AdminApi admin, String owner) {
    admin
        .post(
            "/realms/app/api-keys",
            Json.of(
                Map.of(
                    "name", "left behind",
                    "scopes", List.of("tasks:read"),
                    "owner", Map.of("type", "user", "id", admin.userId(owner)))))
        .expect(201);
  }

  private static OldHash hash(String prefix) {
    return OldHash.oneOfEachForm().stream()
        .filter(hash -> hash.hash().startsWith(prefix))
        .findFirst()
        .orElseThrow();
  }

  private static AdminApi admin(URI url) {
    return new AdminApi(url, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  private static void policy(AdminApi admin, String policy) {
    admin.put("/realms/app", Json.object("passwordPolicy", policy)).expect(204);
  }

  /** The second step of the removal, of one realm: the other one is forgotten. */
  private static void takeOut(URI server, AdminApi admin) {
    admin
        .post(
            "/realms/app/clients",
            Json.object(
                "clientId", "by-key",
                "clientAuthenticatorType", "client-api-key",
                "serviceAccountsEnabled", true))
        .expect(201);
    JsonNode before = admin.get("/realms/app").expect(200).json();
    Commands.Result rehearsal = remove(server, admin, "--dry-run").expect(2);
    assertThat(admin.get("/realms/app").expect(200).json()).isEqualTo(before);
    Commands.Result removal = remove(server, admin).expect(2);
    assertThat(rehearsal.output()).isEqualTo(removal.output() + "dry run: nothing was changed\n");
    assertThat(removal.output().lines())
        .contains(
            "app: flow browser: Browser - Administrators disabled",
            "app: flow direct grant: Direct Grant - Administrators disabled",
            "app: flow post broker login: Post Broker Login - Administrators disabled",
            "app: flow reset credentials: Address proof by reset mail disabled",
            "app: flow direct grant with API key deleted: it takes API keys, and nothing uses it",
            "app: user profile: validator bulwark-address of email removed",
            "app: required action create-api-key disabled",
            "app: password policy breachedPassword removed",
            "app: by hand: client by-key: give it another client authenticator than API keys")
        .allMatch(line -> line.startsWith("app: "));
    assertThat(remove(server, admin).expect(2).output().lines())
        .singleElement()
        .asString()
        .contains("by-key");
  }

  private static Commands.Result remove(URI server, AdminApi admin, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("remove", "--server", server.toString(), "--realm", "app"));
    arguments.addAll(List.of(more));
    return Commands.realm(
        Map.of("BULWARK_TOKEN", AdminApi.token(server)), arguments.toArray(String[]::new));
  }

  private static void browserLogin(URI server, Realm realm, AdminApi admin) {
    try (Application application = new Application(realm, admin)) {
      FormBrowser browser = new FormBrowser(server);
      FormBrowser.Page login = browser.open(application.login("openid"));
      FormBrowser.Page after =
          browser.submit(login, Map.of("username", "alice", "password", Realm.PASSWORD));
      application.redeem(after.parameter("code")).expect(200);
    }
  }

  private static Response setPassword(AdminApi admin, String name, String password) {
    return admin.put(
        "/realms/app/users/" + admin.userId(name) + "/reset-password",
        Json.object("type", "password", "temporary", false, "value", password));
  }

  private static List<String> statements(String page, String pattern) {
    List<String> found =
        Pattern.compile(pattern).matcher(page).results().map(MatchResult::group).toList();
    assertThat(found).as("the page has the statement %s", pattern).isNotEmpty();
    return found;
  }

  private static String statement(String page, String pattern) {
    return statements(page, pattern).get(0);
  }

  private static int one(PostgresProcess database, String query) {
    return Integer.parseInt(database.sql(query));
  }

  /** Executes a statement and returns how many rows it has changed. */
  private static int rowsOf(PostgresProcess database, String statement) {
    return one(
        database,
        "WITH changed AS (%s RETURNING 1) SELECT count(*) FROM changed".formatted(statement));
  }
}

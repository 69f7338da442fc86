package dev.bulwark.it.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.RealmFile;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B2: the script and the workflow of {@code docs/ci.md}, run against a real server. The commands
 * for a stopped one are in {@link CiCommandsIT}, the import itself in RealmImportIT.
 */
@SharedRealm
@Tag("slow")
class CiRecipeIT {

  private static final String SKIP = importCommand();
  private static final String IMPORTER_SECRET = "importer-battery-secret";

  private static final String FOLDER = "bulwark";

  @TempDir Path repositoryOfApplication;

  private final AdminApi admin = TestStack.get().admin();
  private final Realm realm = TestStack.get().realm();

  @BeforeAll
  static void tools() {
    Programs.require("jq", "jq");
    Programs.require("curl", "curl");
  }

  @Test
  void theScriptCreatesTheRealmAndRunAgainChangesNothing() {
    admin.delete("/realms/app");
    try {
      assertThat(run(SKIP, environment()).expect(0).output()).isEqualTo("realm app: created\n");
      JsonNode made = admin.get("/realms/app").expect(200).json();
      Map<String, String> clients = clients();
      assertThat(made.get("smtpServer").get("host").asText()).isEqualTo("localhost");
      realm.clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of()).expect(200);

      for (int i = 0; i < 2; i++) {
        assertThat(run(SKIP, environment()).expect(0).output())
            .containsPattern("clients: 0 added, 0 overwritten, \\d+ skipped")
            .containsPattern("roles and identity providers: 0 added, 0 overwritten, \\d+ skipped");
      }
      assertThat(admin.get("/realms/app").expect(200).json()).isEqualTo(made);
      assertThat(clients()).isEqualTo(clients).hasSizeGreaterThan(8);
    } finally {
      // The script imports no users, whom other tests need.
      TestStack.get().importRealmAnew();
    }
  }

  /** P5: what a person has typed is no placeholder. */
  @Test
  void theScriptLeavesTheTextsOfUsersAlone() throws IOException {
    ObjectNode file = (ObjectNode) new ObjectMapper().readTree(RealmFile.shipped().json());
    String text = "${GATEWAY_SECRET} ${unset}";
    file.putArray("users").addObject().put("username", "typed").put("firstName", text);
    Path realmWithUsers =
        Files.writeString(repositoryOfApplication.resolve("realm.json"), file.toString());
    admin.delete("/realms/app");
    try {
      run(SKIP.replace("realm-config/app-realm.json", realmWithUsers.toString()), environment())
          .expect(0);
      JsonNode user = admin.get("/realms/app/users?username=typed").expect(200).json().get(0);
      assertThat(user.get("firstName").asText()).isEqualTo(text);
    } finally {
      TestStack.get().importRealmAnew();
    }
  }

  /** The demo users are there, and stay who they are, whatever is done to clients. */
  @Test
  void whatIsThereIsSkippedOrOverwrittenAsTheGuideSays() throws IOException {
    String carol = admin.userId("carol");
    String secondSecret = "a-secret-of-the-next-run";
    Map<String, String> environment = environment();
    environment.put("TASKS_SERVICE_SECRET", secondSecret);
    admin.delete("/realms/app/clients/" + admin.clientUuid("gateway"));
    admin.put("/realms/app", Json.object("accessTokenLifespan", 77)).expect(204);
    String before = admin.clientUuid("tasks-service");

    assertThat(run(SKIP, environment).expect(0).output())
        .containsPattern("clients: 1 added, 0 overwritten");
    assertThat(admin.clientUuid("tasks-service")).isEqualTo(before);
    realm.clientCredentials("tasks-service", secondSecret, Map.of()).expect(401);

    assertThat(runStep("Realm", environment).expect(0).output())
        .containsPattern("roles and identity providers: 0 added, 0 overwritten")
        .containsPattern("clients: 0 added, [1-9]\\d* overwritten, 0 skipped");
    assertThat(admin.clientUuid("tasks-service")).isNotEqualTo(before);
    realm.clientCredentials("tasks-service", secondSecret, Map.of()).expect(200);
    realm.clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of()).expect(401);

    assertThat(admin.get("/realms/app").json().get("accessTokenLifespan").asInt()).isEqualTo(77);
    List<String> roles = new ArrayList<>();
    admin
        .get("/realms/app/users/" + carol + "/role-mappings/realm")
        .expect(200)
        .json()
        .forEach(role -> roles.add(role.get("name").asText()));
    assertThat(roles).contains("admin", "default-roles-app");
    realm.login("alice");
  }

  @Test
  void failImportsNothingWhereAClientIsThere() {
    admin.delete("/realms/app/clients/" + admin.clientUuid("gateway"));
    Commands.Result result = run(SKIP.replace(" skip", " fail"), environment()).expect(1);
    assertThat(result.output()).contains("refused (409)", "already exists").doesNotContain("added");
    assertThat(admin.get("/realms/app/clients?clientId=gateway").json()).isEmpty();
    assertThat(run(SKIP, environment()).expect(0).output()).contains("clients: 1 added");
    admin.delete("/realms/app/clients/" + admin.clientUuid("tasks-service"));
    run(SKIP, environment()).expect(0);
    realm.clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of()).expect(200);
  }

  /** By Ctrl-C, or by a token that has expired: a client is there that has no service account. */
  @Test
  void aRunAfterAnInterruptedOneMakesTheMissingServiceAccount() throws IOException {
    admin.delete("/realms/app/clients/" + admin.clientUuid("tasks-service"));
    ObjectNode part = new ObjectMapper().createObjectNode().put("ifResourceExists", "SKIP");
    String file = RealmFile.shipped().resolve(RealmFile.developmentEnvironment()).json();
    for (JsonNode client : new ObjectMapper().readTree(file).get("clients")) {
      if (client.get("clientId").asText().equals("tasks-service")) {
        part.putArray("clients").add(client);
      }
    }
    admin.post("/realms/app/partialImport", part.toString()).expect(200);
    String secret = "tasks-service-dev-secret";
    assertThat(realm.clientCredentials("tasks-service", secret, Map.of()).status())
        .isNotEqualTo(200);

    assertThat(run(SKIP, environment()).expect(0).output()).contains("clients: 0 added");
    realm.clientCredentials("tasks-service", secret, Map.of()).expect(200);
  }

  @Test
  void theScriptNamesEveryMissingVariableAndImportsNothing() {
    Map<String, String> environment = environment();
    environment.put("GATEWAY_SECRET", "");
    environment.put("RELYING_APP_SECRET", "");
    Commands.Result result = run(SKIP, environment).expect(2);
    assertThat(result.output())
        .contains("not set: GATEWAY_SECRET, RELYING_APP_SECRET")
        .doesNotContain("tasks-service-dev-secret");
    environment = environment();
    environment.put("KEYCLOAK_ADMIN_PASSWORD", "");
    assertThat(run(SKIP, environment).expect(2).output())
        .contains("KEYCLOAK_ADMIN_PASSWORD is not set");
  }

  /** As the page has it for a realm master in which no password is enough. */
  @Test
  void theTokenOfAServiceAccountReplacesThePassword() {
    String client = createImporter();
    try {
      Map<String, String> environment = environment();
      environment.remove("KEYCLOAK_ADMIN_PASSWORD");
      environment.put("IMPORTER_SECRET", IMPORTER_SECRET);
      assertThat(run(tokenCommand() + '\n' + SKIP, environment).expect(0).output())
          .contains("clients: 0 added");
      environment.put("ADMIN_TOKEN", "no-token");
      assertThat(run(SKIP, environment).expect(1).output())
          .contains("refused (401)")
          .doesNotContain("no-token");
    } finally {
      admin.delete("/realms/master/clients/" + client).expect(204);
    }
  }

  @Test
  void aRefusedOrAbsentServerIsNamedWithoutAnySecret() {
    Map<String, String> environment = environment();
    environment.put("KEYCLOAK_ADMIN_PASSWORD", "a-wrong-battery");
    assertThat(run(SKIP, environment).expect(1).output())
        .contains("the administrator is refused (400)")
        .doesNotContain("a-wrong-battery", "dev-secret");
    environment.put("KEYCLOAK_URL", "http://127.0.0.1:1");
    assertThat(run(SKIP, environment).expect(1).output())
        .contains("no Keycloak answers at http://127.0.0.1:1")
        .doesNotContain("a-wrong-battery", "dev-secret");
    assertThat(run(SKIP.replace(" skip", " replace"), environment()).expect(2).output())
        .contains("none of skip, overwrite, fail");
  }

  /** The guard of this bundle answers for what the script lets through. */
  @Test
  void theServersOwnRefusalIsPrinted() throws IOException {
    Map<String, String> environment = environment();
    environment.put("MTLS_SERVICE_CA_DN", "CN=Root");
    assertThat(runStep("Realm", environment).expect(1).output())
        .contains("client mtls-service is rejected: x509.subjectdn is empty");
    run(SKIP, environment()).expect(0);
  }

  /** The repository of an application has none of these files. */
  @Test
  void theWorkflowFetchesThisRepositoryAndNamesFilesOfItsFolder() {
    JsonNode checkout = Recipe.checkout();
    assertThat(checkout.get("path").asText()).isEqualTo(FOLDER);
    assertThat(checkout.get("ref").asText()).matches("v\\d+\\.\\d+\\.\\d+");
    List<String> files =
        Pattern.compile("(?<= )\\S+/\\S+")
            .matcher(' ' + Recipe.step("Keycloak") + ' ' + Recipe.step("Realm"))
            .results()
            .map(MatchResult::group)
            .toList();
    assertThat(files)
        .hasSize(4)
        .contains(FOLDER + "/bundle/target/bulwark-keycloak-*.jar")
        .allMatch(file -> file.startsWith(FOLDER + '/'))
        .filteredOn(file -> !file.endsWith(".jar"))
        .allMatch(file -> Files.exists(Recipe.ROOT.resolve(file.substring(FOLDER.length() + 1))));
  }

  @Test
  void theWorkflowHasTheServicesTheVariablesAndTheFilesThatItNames() {
    JsonNode job = Recipe.job();
    String compose = Recipe.text("docker-compose.yml");
    for (String service : List.of("postgres", "redis")) {
      String image = job.get("services").get(service).get("image").asText();
      assertThat(compose).as("the version that is tested").contains("_IMAGE:-" + image + "}\n");
      assertThat(job.get("services").get(service).get("ports")).isNotEmpty();
    }
    Map<String, String> environment = Recipe.environment();
    assertThat(catchThrowable(() -> RealmFile.shipped().resolve(environment))).isNull();
    assertThat(environment)
        .containsEntry("KC_DB", "postgres")
        .containsEntry(
            "KC_DB_PASSWORD",
            job.get("services").get("postgres").get("env").get("POSTGRES_PASSWORD").asText())
        .containsKey("KEYCLOAK_ADMIN_PASSWORD");
    Matcher files = Pattern.compile("\\bdocs/ci/[a-z-]+\\.sh").matcher(job.toString());
    int found = 0;
    while (files.find()) {
      Path file = Recipe.ROOT.resolve(files.group());
      assertThat(Files.isExecutable(file)).as(files.group()).isTrue();
      found++;
    }
    assertThat(found).isEqualTo(2);
    assertThat(Recipe.text("docs/ci/start-keycloak.sh"))
        .contains("quay.io/keycloak/keycloak:" + keycloakVersion() + "}");
  }

  private static String keycloakVersion() {
    Matcher version = Pattern.compile("<keycloak.version>([^<]+)<").matcher(Recipe.text("pom.xml"));
    assertThat(version.find()).isTrue();
    return version.group(1);
  }

  private static String importCommand() {
    List<String> lines =
        ShellBlock.of("docs/ci.md", "With the server running").commands().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).startsWith("export KEYCLOAK_URL=");
    return lines.get(1);
  }

  private static String tokenCommand() {
    return ShellBlock.of("docs/ci.md", "With the server running", 2).commands();
  }

  /** Internal id of a client of master with the role {@code admin}. */
  private String createImporter() {
    admin
        .post(
            "/realms/master/clients",
            Json.object(
                "clientId",
                "importer",
                "secret",
                IMPORTER_SECRET,
                "serviceAccountsEnabled",
                true,
                "standardFlowEnabled",
                false))
        .expect(201);
    String clients = "/realms/master/clients";
    String client =
        admin.get(clients + "?clientId=importer").expect(200).json().get(0).get("id").asText();
    String account =
        admin.get(clients + '/' + client + "/service-account-user").expect(200).text("id");
    JsonNode role = admin.get("/realms/master/roles/admin").expect(200).json();
    admin
        .post("/realms/master/users/" + account + "/role-mappings/realm", "[" + role + "]")
        .expect(204);
    return client;
  }

  /** Name → internal id and secret. */
  private Map<String, String> clients() {
    Map<String, String> clients = new HashMap<>();
    for (JsonNode client : admin.get("/realms/app/clients").expect(200).json()) {
      clients.put(
          client.get("clientId").asText(),
          client.get("id").asText() + " " + client.path("secret").asText());
    }
    return clients;
  }

  /** As a runner does, in the repository of an application. */
  private Commands.Result runStep(String name, Map<String, String> environment) throws IOException {
    Path fetched = Files.createSymbolicLink(repositoryOfApplication.resolve(FOLDER), Recipe.ROOT);
    try {
      return Commands.bash(repositoryOfApplication, environment, Recipe.step(name));
    } finally {
      Files.delete(fetched);
    }
  }

  private static Commands.Result run(String command, Map<String, String> environment) {
    return Commands.bash(Recipe.ROOT, environment, command);
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(RealmFile.developmentEnvironment());
    environment.put("KEYCLOAK_URL", TestStack.get().url().toString());
    environment.put("KEYCLOAK_ADMIN", TestStack.ADMIN_USERNAME);
    environment.put("KEYCLOAK_ADMIN_PASSWORD", TestStack.ADMIN_PASSWORD);
    return environment;
  }
}

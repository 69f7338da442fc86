package dev.bulwark.it.importing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.RealmFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B13: {@code bulwark-realm diff} finds what was changed on a real server, and nothing else. */
@SharedRealm
@Tag("slow")
class RealmDiffIT {

  private static final String FILE = "../../realm-config/app-realm.json";

  /** Of a directory that nobody asks anything. */
  private static final String LDAP =
      """
      {"vendor": ["other"], "connectionUrl": ["ldap://127.0.0.1:1"], "editMode": ["READ_ONLY"],
       "usersDn": ["ou=people,dc=example,dc=org"], "usernameLDAPAttribute": ["uid"],
       "rdnLDAPAttribute": ["uid"], "uuidLDAPAttribute": ["entryUUID"],
       "userObjectClasses": ["person"], "authType": ["none"]}
      """;

  @TempDir Path folder;
  private final AdminApi admin = TestStack.get().admin();
  private final DriftCheck check = new DriftCheck(admin);

  @BeforeEach
  void importTheShippedRealm() {
    admin.delete("/realms/app");
    admin
        .post("/realms", RealmFile.shipped().resolve(RealmFile.developmentEnvironment()).json())
        .expect(201);
    check.createClient();
  }

  @AfterEach
  void removeTheClient() {
    check.removeClient();
  }

  @Test
  void theShippedRealmHasNoDriftAndFiveChangesAreNamed() {
    assertThat(diff().expect(0).output()).isEqualTo("realm app: no drift\n");

    ObjectNode client = (ObjectNode) app("/clients?clientId=relying-app").get(0);
    client.withArray("redirectUris").add("https://attacker.example/*");
    admin.put("/realms/app/clients/" + client.get("id").asText(), client.toString()).expect(204);
    admin.put("/realms/app", Json.object("passwordPolicy", "length(1)")).expect(204);
    ObjectNode execution = execution("browser", "conditional-administrator");
    execution.put("requirement", "DISABLED");
    admin
        .put("/realms/app/authentication/flows/browser/executions", execution.toString())
        .expect(204);
    ObjectNode scope = scope("admin");
    scope.put("description", "changed");
    admin
        .put("/realms/app/client-scopes/" + scope.get("id").asText(), scope.toString())
        .expect(204);
    ObjectNode events = (ObjectNode) app("/events/config");
    events.put("adminEventsDetailsEnabled", false);
    admin.put("/realms/app/events/config", events.toString()).expect(204);

    String output = diff().expect(2).output();
    assertThat(DriftCheck.paths(output))
        .containsExactlyInAnyOrder(
            "clients[relying-app].redirectUris",
            "passwordPolicy",
            "authenticationFlows[Browser - Administrators]"
                + ".authenticationExecutions[conditional-administrator].requirement",
            "clientScopes[admin].description",
            "adminEventsDetailsEnabled");
    assertThat(output)
        .contains("  live: \"length(1)\"\n", "https://attacker.example/*", "5 differences")
        .doesNotContain(DriftCheck.SECRET, "dev-secret");
  }

  @Test
  void whatOnlyTheServerHasIsNamed() {
    admin
        .post("/realms/app/clients", Json.object("clientId", "backdoor", "secret", "hidden-value"))
        .expect(201);
    admin.post("/realms/app/roles", Json.object("name", "owner")).expect(201);
    admin.delete("/realms/app/clients/" + admin.clientUuid("gateway"));
    String output = diff().expect(2).output();
    assertThat(DriftCheck.paths(output))
        .contains("clients[backdoor]", "roles.realm[owner]", "clients[gateway]");
    assertThat(output)
        .contains("clients[backdoor]\n  file: missing\n  live: present\n")
        .contains("clients[gateway]\n  file: present\n  live: missing\n")
        .doesNotContain("hidden-value");
  }

  /** Each of these gives somebody more rights, or tokens that nobody else signs. */
  @Test
  void whatIsAddedToTheShippedObjectsIsNamed() {
    addMapper("/clients/" + admin.clientUuid("tasks-service"), "all-roles");
    addMapper("/clients/" + admin.clientUuid("admin-cli"), "all-roles");
    addMapper("/client-scopes/" + scope("offline_access").get("id").asText(), "all-roles");
    admin.post("/realms/app/groups", Json.object("name", "owners")).expect(201);
    addComponent("ldap", "ldap", "org.keycloak.storage.UserStorageProvider", LDAP);
    addComponent(
        "second-key",
        "rsa-generated",
        "org.keycloak.keys.KeyProvider",
        Json.object("priority", List.of("200")));
    assertThat(DriftCheck.paths(diff().expect(2).output()))
        .containsExactlyInAnyOrder(
            "clients[tasks-service].protocolMappers[all-roles]",
            "clients[admin-cli].protocolMappers[all-roles]",
            "clientScopes[offline_access].protocolMappers[all-roles]",
            "groups[owners]",
            "components.org.keycloak.storage.UserStorageProvider[ldap]",
            "components.org.keycloak.keys.KeyProvider[second-key]");
  }

  /** Each of these makes users, or tokens of the application, those of a realm administrator. */
  @Test
  void rightsAddedToTheShippedRolesAndScopesAreNamed() {
    String management = admin.clientUuid("realm-management");
    String realmAdmin = "[" + app("/clients/" + management + "/roles/realm-admin") + "]";
    for (String role : List.of("default-roles-app", "admin")) {
      admin.post("/realms/app/roles/" + role + "/composites", realmAdmin).expect(204);
    }
    String scopes = "/clients/" + admin.clientUuid("relying-app") + "/scope-mappings/clients/";
    admin.post("/realms/app" + scopes + management, realmAdmin).expect(204);
    assertThat(DriftCheck.paths(diff().expect(2).output()))
        .containsExactlyInAnyOrder(
            "roles.realm[default-roles-app].composites.client.realm-management",
            "roles.realm[admin].composite",
            "clientScopeMappings.realm-management[relying-app]");
  }

  /** What a client sets itself has precedence over the realm, a flow without a factor too. */
  @Test
  void whatOverridesTheShippedSettingsIsNamed() {
    ObjectNode client = (ObjectNode) app("/clients?clientId=relying-app").get(0);
    client.putObject("authenticationFlowBindingOverrides").put("browser", flow("direct grant"));
    ((ObjectNode) client.get("attributes")).put("access.token.lifespan", "86400");
    admin.put("/realms/app/clients/" + client.get("id").asText(), client.toString()).expect(204);
    admin
        .put("/realms/app", Json.object("actionTokenGeneratedByUserLifespan", 604_800))
        .expect(204);
    String output = diff().expect(2).output();
    assertThat(DriftCheck.paths(output))
        .containsExactlyInAnyOrder(
            "clients[relying-app].authenticationFlowBindingOverrides.browser",
            "clients[relying-app].attributes.access.token.lifespan",
            "actionTokenGeneratedByUserLifespan");
    assertThat(output).contains("  live: \"direct grant\"\n", "  live: \"86400\"\n");

    // Such rights need no role. Keycloak makes a client for them.
    admin.put("/realms/app", Json.object("adminPermissionsEnabled", true)).expect(204);
    assertThat(DriftCheck.paths(diff().expect(2).output())).contains("adminPermissionsEnabled");
  }

  /** Each of these is a setting that is only there, or only not there, on the server. */
  @Test
  void whatIsTakenFromTheShippedProfileAndAddedToStepsIsNamed() {
    ObjectNode profile = (ObjectNode) app("/users/profile");
    profile.put("unmanagedAttributePolicy", "ENABLED");
    for (JsonNode attribute : profile.get("attributes")) {
      if (attribute.get("name").asText().equals("email")) {
        ((ObjectNode) attribute.get("validations")).remove("bulwark-address");
      }
    }
    admin.put("/realms/app/users/profile", profile.toString()).expect(200);
    String action = "/authentication/required-actions/UPDATE_PASSWORD";
    ObjectNode password = (ObjectNode) app(action);
    password.putObject("config").put("max_auth_age", "86400");
    admin.put("/realms/app" + action, password.toString()).expect(204);
    String step =
        execution("browser", "conditional-administrator").get("authenticationConfig").asText();
    ObjectNode settings = (ObjectNode) app("/authentication/config/" + step);
    ((ObjectNode) settings.get("config")).put("negate", "true");
    admin.put("/realms/app/authentication/config/" + step, settings.toString()).expect(204);

    String inProfile =
        "components.org.keycloak.userprofile.UserProfileProvider[declarative-user-profile].config"
            + ".kc.user.profile.config";
    assertThat(DriftCheck.paths(diff().expect(2).output()))
        .containsExactlyInAnyOrder(
            inProfile + ".unmanagedAttributePolicy",
            inProfile + ".attributes[email].validations.bulwark-address",
            "requiredActions[UPDATE_PASSWORD].config.max_auth_age",
            "authenticatorConfig[administrators].config.negate");
  }

  /** The page about Terraform compares with such a file. */
  @Test
  void theServersOwnPartialExportHasNoDrift() throws IOException {
    addMapper("/clients/" + admin.clientUuid("tasks-service"), "all-roles");
    admin.post("/realms/app/groups", Json.object("name", "owners")).expect(201);
    addComponent("ldap", "ldap", "org.keycloak.storage.UserStorageProvider", LDAP);
    String export = "/partial-export?exportClients=true&exportGroupsAndRoles=true";
    Path file =
        Files.writeString(
            folder.resolve("realm.json"),
            admin.post("/realms/app" + export, "").expect(200).body());
    assertThat(check.diff(file.toString()).expect(0).output()).isEqualTo("realm app: no drift\n");
  }

  /**
   * Without its empty lists, and what says that a default applies, the file makes the same realm:
   * they are for the comparison alone.
   */
  @Test
  void whatIsForTheComparisonChangesNothingOfTheImport() throws IOException {
    List<String> keys = generatedKeys();
    String file = RealmFile.shipped().resolve(RealmFile.developmentEnvironment()).json();
    ObjectNode without = (ObjectNode) new ObjectMapper().readTree(file);
    EmptyLists.removeFrom(without);
    assertThat(without.get("components").size()).isEqualTo(1);
    removeDefaults(without);

    admin.delete("/realms/app").expect(204);
    admin.post("/realms", without.toString()).expect(201);
    // Its roles for the realm have gone with the realm.
    check.removeClient();
    check.createClient();
    assertThat(diff().expect(0).output()).isEqualTo("realm app: no drift\n");
    assertThat(generatedKeys()).isEqualTo(keys).hasSize(4);
  }

  private static void removeDefaults(ObjectNode realm) {
    realm.remove(List.of("adminPermissionsEnabled", "actionTokenGeneratedByUserLifespan"));
    for (JsonNode client : realm.get("clients")) {
      ((ObjectNode) client).remove("authenticationFlowBindingOverrides");
      ((ObjectNode) client.get("attributes")).remove("access.token.lifespan");
    }
    realm.at("/roles/realm").forEach(role -> ((ObjectNode) role).remove("composite"));
  }

  @Test
  void whatCannotBeComparedEndsWith1() {
    check.environment().put("BULWARK_CLIENT_SECRET", "a-wrong-secret");
    assertThat(diff().expect(1).output())
        .contains("client drift-check cannot log in to realm master: 401")
        .doesNotContain("a-wrong-secret");
    check.environment().put("BULWARK_CLIENT_SECRET", DriftCheck.SECRET);
    check.removeClient();
    check.createClient("view-realm", "view-clients");
    assertThat(diff().expect(1).output()).contains("(403)", "manage-realm");
    assertThat(
            Commands.realm(
                    check.environment(),
                    "diff",
                    FILE,
                    "--server",
                    "http://127.0.0.1:1",
                    "--client-id",
                    DriftCheck.CLIENT)
                .expect(1)
                .output())
        .contains("no Keycloak answers at http://127.0.0.1:1");
  }

  @Test
  void theCommandOfThePageFindsNoDrift() {
    String commands =
        ShellBlock.of("docs/ci.md", "Drift")
            .commands()
            .replace("=…", "=" + DriftCheck.SECRET)
            .replace("https://sso.example.org", TestStack.get().url().toString());
    assertThat(
            Commands.bash(
                    Repository.root(),
                    check.environment(),
                    commands.stripTrailing() + " --auth-realm master")
                .expect(0)
                .output())
        .contains("realm app: no drift");
  }

  /** What Keycloak adds to a file that somebody has written by hand. */
  @Test
  void whatKeycloakAddsToAFileIsNoDrift() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("realm.json"),
            """
            {"realm": "app", "enabled": true, "defaultRole": {"name": "default-roles-app"},
             "roles": {
               "realm": [
                 {"name": "member"}, {"name": "offline_access"}, {"name": "uma_authorization"},
                 {"name": "default-roles-app", "composite": true,
                  "composites": {"realm": ["offline_access", "uma_authorization", "member"]}}],
               "client": {"files": [{"name": "reader"}]}},
             "clients": [
               {"clientId": "files", "secret": "files-test-secret",
                "serviceAccountsEnabled": true, "authorizationServicesEnabled": true}]}
            """);
    admin.delete("/realms/app").expect(204);
    admin.post("/realms", Files.readString(file)).expect(201);
    check.removeClient();
    check.createClient();
    assertThat(check.diff(file.toString()).expect(0).output()).isEqualTo("realm app: no drift\n");
  }

  private Commands.Result diff() {
    return check.diff(FILE);
  }

  /** Id of a flow. */
  private String flow(String alias) {
    for (JsonNode flow : app("/authentication/flows")) {
      if (flow.path("alias").asText().equals(alias)) {
        return flow.get("id").asText();
      }
    }
    throw new AssertionError("no flow " + alias);
  }

  private ObjectNode execution(String flow, String provider) {
    for (JsonNode execution : app("/authentication/flows/" + flow + "/executions")) {
      if (execution.path("providerId").asText().equals(provider)) {
        return (ObjectNode) execution;
      }
    }
    throw new AssertionError("no execution " + provider);
  }

  private void addMapper(String owner, String name) {
    admin
        .post(
            "/realms/app" + owner + "/protocol-mappers/models",
            """
            {"name": "%s", "protocol": "openid-connect",
             "protocolMapper": "oidc-hardcoded-role-mapper",
             "config": {"role": "realm-management.realm-admin"}}
            """
                .formatted(name))
        .expect(201);
  }

  private void addComponent(String name, String provider, String type, String config) {
    admin
        .post(
            "/realms/app/components",
            """
            {"name": "%s", "providerId": "%s", "providerType": "%s", "config": %s}
            """
                .formatted(name, provider, type, config))
        .expect(201);
  }

  /** Names, in the order of the alphabet. */
  private List<String> generatedKeys() {
    List<String> names = new ArrayList<>();
    app("/components?type=org.keycloak.keys.KeyProvider")
        .forEach(key -> names.add(key.get("name").asText()));
    return names.stream().sorted().toList();
  }

  private ObjectNode scope(String name) {
    for (JsonNode scope : app("/client-scopes")) {
      if (scope.path("name").asText().equals(name)) {
        return (ObjectNode) scope;
      }
    }
    throw new AssertionError("no scope " + name);
  }

  private JsonNode app(String path) {
    return admin.get("/realms/app" + path).expect(200).json();
  }
}

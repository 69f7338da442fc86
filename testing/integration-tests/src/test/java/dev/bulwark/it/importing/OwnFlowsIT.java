package dev.bulwark.it.importing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.RealmFile;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B13: the shipped realm with flows of its own, which {@code docs/ci.md} makes for
 * keycloak-config-cli, is the same realm but for their names. That tool is not on Maven Central:
 * the test makes its calls.
 */
@SharedRealm
@Tag("slow")
class OwnFlowsIT {

  /** The parts of a file that the tool leaves out when it makes the realm, and makes later. */
  private static final List<String> LATER =
      List.of(
          "authenticatorConfig",
          "clients",
          "roles",
          "groups",
          "identityProviders",
          "browserFlow",
          "directGrantFlow",
          "clientAuthenticationFlow",
          "dockerAuthenticationFlow",
          "registrationFlow",
          "resetCredentialsFlow",
          "firstBrokerLoginFlow",
          "components",
          "authenticationFlows",
          "scopeMappings",
          "clientScopeMappings",
          "clientScopes",
          "requiredActions",
          "defaultDefaultClientScopes",
          "defaultOptionalClientScopes");

  private static final Pattern OF_FLOWS =
      Pattern.compile("authenticationFlows\\[.*|authenticatorConfig\\[.*|[a-zA-Z]+Flow");

  @TempDir Path folder;
  private final AdminApi admin = TestStack.get().admin();
  private final DriftCheck check = new DriftCheck(admin);
  private String file = "";
  private ObjectNode realm = new ObjectMapper().createObjectNode();

  @BeforeAll
  static void tools() {
    Programs.require("jq", "jq");
  }

  @BeforeEach
  void makeTheFile() throws IOException {
    Path made = ConfigCliFiles.ownFlows(folder);
    file = made.toString();
    RealmFile resolved =
        new RealmFile(Files.readString(made)).resolve(RealmFile.developmentEnvironment());
    realm = (ObjectNode) new ObjectMapper().readTree(resolved.json());
    admin.delete("/realms/app").expect(204);
  }

  @AfterEach
  void removeTheClient() {
    check.removeClient();
  }

  @Test
  void importedByKeycloakItIsTheShippedRealmButForNames() {
    admin.post("/realms", realm.toString()).expect(201);
    check.createClient();
    assertThat(check.diff(file).expect(0).output()).isEqualTo("realm app: no drift\n");
    assertThat(DriftCheck.paths(check.diff("../../realm-config/app-realm.json").expect(2).output()))
        .allMatch(
            path ->
                OF_FLOWS.matcher(path).matches()
                    || path.matches("identityProviders\\[.*]\\.firstBrokerLoginFlowAlias"))
        .contains("browserFlow", "authenticationFlows[bulwark browser]");
  }

  /** The flows that stay built-in are those that Keycloak has made, but for requirements. */
  @Test
  void madeStepByStepTheFlowsAreThoseOfTheFile() {
    admin.post("/realms", realm.deepCopy().remove(LATER).toString()).expect(201);
    new FlowsStepByStep(admin, realm).make();
    ObjectNode bindings = new ObjectMapper().createObjectNode();
    realm
        .properties()
        .forEach(
            field -> {
              if (field.getKey().endsWith("Flow")) {
                bindings.set(field.getKey(), field.getValue());
              }
            });
    admin.put("/realms/app", bindings.toString()).expect(204);
    check.createClient();
    assertThat(DriftCheck.paths(check.diff(file).output()))
        .noneMatch(path -> OF_FLOWS.matcher(path).matches());
    JsonNode made = admin.get("/realms/app").expect(200).json();
    assertThat(made.get("browserFlow")).isEqualTo(bindings.get("browserFlow"));
  }
}

package dev.bulwark.it.importing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bulwark.server.RealmFile;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.commons.text.StringSubstitutor;
import org.apache.commons.text.lookup.StringLookup;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.keycloak.representations.idm.RealmRepresentation;

/**
 * B2, B13: the files for keycloak-config-cli that {@code docs/ci.md} makes. The tool is not on
 * Maven Central: its placeholders are resolved by the library that it uses, and its rules for flows
 * are those of April 2026. {@link OwnFlowsIT} makes the flows.
 */
class ConfigCliDocTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, String> environment = new HashMap<>(RealmFile.developmentEnvironment());

  @TempDir Path folder;

  @BeforeAll
  static void tools() {
    Programs.require("jq", "jq");
  }

  @Test
  void itIsTheShippedRealmAsKeycloakWouldResolveIt() throws IOException {
    environment.put("GOOGLE_ENABLED", "true");
    environment.put("GOOGLE_CLIENT_ID", "id-at-google");
    environment.put("API_KEY_COMMAND", "curl -u $(id -un):$KEY https://tasks.example.org");
    ObjectNode expected =
        (ObjectNode) JSON.readTree(RealmFile.shipped().resolve(environment).json());
    ((ObjectNode) expected.get("roles").get("client")).remove("realm-management");
    EmptyLists.removeFrom(expected);
    String file = Files.readString(ConfigCliFiles.configCliOfTheShippedFile(folder));
    assertThat(file).doesNotContainPattern("\\$\\{[A-Z]");
    assertThat(JSON.readTree(resolved(file))).isEqualTo(expected);
  }

  /** A field that the tool's classes do not have ends its import: they are older than Keycloak. */
  @Test
  void theToolKnowsEachFieldOfTheFile() throws IOException {
    Path file = ConfigCliFiles.configCli(folder);
    Object document = new YAMLMapper().readValue(resolved(Files.readString(file)), Object.class);
    RealmRepresentation realm = JSON.convertValue(document, RealmRepresentation.class);
    assertThat(realm.getClients()).hasSizeGreaterThan(8);
    assertThat(realm.getAuthenticationFlows()).hasSizeGreaterThan(20);
  }

  @Test
  void theParagraphNamesAllThatHasTheRealmsName() throws IOException {
    TreeSet<String> found = new TreeSet<>();
    Pattern name = Pattern.compile("(^|/|-)app(/|$)");
    for (String text : texts(madeForTheTool())) {
      if (name.matcher(text).find() && !text.endsWith("relying-app")) {
        found.add(text);
      }
    }
    assertThat(found)
        .allMatch(
            text ->
                text.equals("app")
                    || text.equals("default-roles-app")
                    || text.startsWith("/realms/app/")
                    || text.startsWith("/admin/app/"))
        .hasSizeGreaterThan(3);
    assertThat(Recipe.text("docs/ci.md"))
        .contains("`realm`, `/realms/app/`, `/admin/app/` and `default-roles-app`");
  }

  /** Of what has nothing to do with flows, the first command changes nothing. */
  @Test
  void withFlowsOfItsOwnItIsStillTheShippedRealm() throws IOException {
    ObjectNode made = (ObjectNode) madeForTheTool();
    ObjectNode shipped =
        (ObjectNode)
            JSON.readTree(
                resolved(Files.readString(ConfigCliFiles.configCliOfTheShippedFile(folder))));
    List<String> flows =
        List.of(
            "authenticationFlows",
            "authenticatorConfig",
            "browserFlow",
            "directGrantFlow",
            "resetCredentialsFlow",
            "firstBrokerLoginFlow",
            "identityProviders");
    assertThat(made.remove(flows)).isEqualTo(shipped.remove(flows));
  }

  /** The tool makes each sub-flow where a step names it, and its steps by their settings. */
  @Test
  void theToolCanMakeEachFlow() throws IOException {
    JsonNode realm = madeForTheTool();
    Map<String, JsonNode> flows = byAlias(realm.get("authenticationFlows"));
    Map<String, JsonNode> settings = byAlias(realm.get("authenticatorConfig"));
    List<String> subFlows = new ArrayList<>();
    List<String> used = new ArrayList<>();
    for (JsonNode flow : flows.values()) {
      for (JsonNode step : flow.get("authenticationExecutions")) {
        assertThat(step.has("autheticatorFlow")).as("a field of the tool: %s", step).isTrue();
        if (step.has("flowAlias")) {
          subFlows.add(step.get("flowAlias").asText());
          assertThat(one(flows, step.get("flowAlias")).get("builtIn"))
              .isEqualTo(flow.get("builtIn"));
        }
        if (step.has("authenticatorConfig")) {
          used.add(step.get("authenticatorConfig").asText());
        }
      }
    }
    assertThat(subFlows).doesNotHaveDuplicates();
    assertThat(used).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(settings.keySet());
    for (JsonNode setting : settings.values()) {
      JsonNode checked = setting.at("/config/flow_to_check");
      assertThat(checked.isMissingNode() || subFlows.contains(checked.asText()))
          .as("the flow of %s", setting)
          .isTrue();
    }
  }

  /** It can make no built-in flow, and changes one only by the requirements of its steps. */
  @Test
  void aBuiltInFlowThatGetsStepsHasANameOfItsOwn() throws IOException {
    JsonNode realm = madeForTheTool();
    Map<String, JsonNode> flows = byAlias(realm.get("authenticationFlows"));
    Map<String, JsonNode> shipped =
        byAlias(JSON.readTree(RealmFile.shipped().json()).get("authenticationFlows"));
    assertThat(flows.values())
        .allSatisfy(
            flow -> {
              JsonNode former = shipped.get(flow.get("alias").asText());
              if (flow.get("builtIn").asBoolean()) {
                assertThat(flow).isEqualTo(former);
              } else {
                assertThat(former == null || !former.get("builtIn").asBoolean()).isTrue();
              }
            });
    for (String binding : List.of("browserFlow", "directGrantFlow", "firstBrokerLoginFlow")) {
      JsonNode flow = one(flows, realm.get(binding));
      assertThat(flow.get("topLevel").asBoolean() && !flow.get("builtIn").asBoolean()).isTrue();
    }
  }

  private static JsonNode one(Map<String, JsonNode> flows, JsonNode alias) {
    return Objects.requireNonNull(flows.get(alias.asText()), alias.asText());
  }

  private static Map<String, JsonNode> byAlias(JsonNode items) {
    Map<String, JsonNode> byAlias = new LinkedHashMap<>();
    for (JsonNode item : items) {
      assertThat(byAlias.put(item.get("alias").asText(), item)).as("another %s", item).isNull();
    }
    return byAlias;
  }

  private JsonNode madeForTheTool() throws IOException {
    return JSON.readTree(resolved(Files.readString(ConfigCliFiles.configCli(folder))));
  }

  /** As the tool does, with its defaults, from an environment such as the guide asks for. */
  private String resolved(String file) {
    Map<String, String> escaped = new HashMap<>(environment);
    escaped.replaceAll((name, value) -> value.replace("$(", "$$("));
    StringLookup variables =
        key -> key.startsWith("env:") ? escaped.get(key.substring("env:".length())) : null;
    return new StringSubstitutor(variables, "$(", ")", '$')
        .setEnableSubstitutionInVariables(true)
        .setEnableUndefinedVariableException(true)
        .replace(file);
  }

  private static List<String> texts(JsonNode node) {
    List<String> texts = new ArrayList<>();
    if (node.isTextual()) {
      texts.add(node.asText());
    }
    node.forEach(child -> texts.addAll(texts(child)));
    return texts;
  }
}

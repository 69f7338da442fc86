package dev.bulwark.it.importing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.redis.process.Programs;
import dev.bulwark.server.RealmFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.commons.text.StringSubstitutor;
import org.apache.commons.text.lookup.StringLookup;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B2: the file for keycloak-config-cli that {@code docs/ci.md} makes. The tool is not on Maven
 * Central: its placeholders are resolved by the library that it uses.
 */
class ConfigCliDocIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String COMMAND =
      Recipe.command("jq -f docs/ci/config-cli.jq", ">app-realm-config-cli.json");

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
    String file = file();
    assertThat(file).doesNotContainPattern("\\$\\{[A-Z]");
    assertThat(JSON.readTree(resolved(file))).isEqualTo(expected);
  }

  @Test
  void theParagraphNamesAllThatHasTheRealmsName() throws IOException {
    TreeSet<String> found = new TreeSet<>();
    Pattern name = Pattern.compile("(^|/|-)app(/|$)");
    for (String text : texts(JSON.readTree(resolved(file())))) {
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

  private String file() throws IOException {
    String command = COMMAND.replace(">app-realm", ">\"$OUT\"/app-realm");
    Commands.bash(Recipe.ROOT, Map.of("OUT", folder.toString()), command).expect(0);
    return Files.readString(folder.resolve("app-realm-config-cli.json"));
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

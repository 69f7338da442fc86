package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Repository;
import dev.bulwark.server.installation.Folders;
import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B10: Keycloak, built as the image is, starts with the variables that the chart keycloakx and the
 * Operator set. With another value of an option of the build it ends with exit code 2.
 */
@Tag("slow")
class ImageBuildIT {

  private static final YAMLMapper YAML = new YAMLMapper();
  private static final String FOLDER = "deploy/kubernetes/";
  private static final String BUILD = "ENV KC_DB=";

  @TempDir private Path folder;

  /** Like a start, this command compares the options of the build. It needs no database. */
  @Test
  void theImageHasTheBuildOptionsOfTheChartAndTheOperator() throws IOException {
    Path home = folder.resolve("keycloak");
    Folders.copy(Installation.keycloak(), home, Path.of("lib", "lib"));
    Files.copy(Installation.bundle(), home.resolve("providers").resolve("bulwark-keycloak.jar"));
    Commands.kc(home, builtWith(Map.of()), "build").expect(0);

    metadata(home, ofTheChart(), 0);
    metadata(home, ofTheOperator(), 0);
    metadata(home, Map.of(), 0);
    Map<String, String> elsewhere = new LinkedHashMap<>(ofTheChart());
    elsewhere.put("KC_HTTP_RELATIVE_PATH", "/auth");
    assertThat(metadata(home, elsewhere, 2).output()).contains("kc.http-relative-path");
  }

  /** Of an image that is the base of this one. */
  @Test
  void anImageBelowItKeepsItsPathAndItsDatabase() {
    assertThat(builtWith(Map.of("KC_HTTP_RELATIVE_PATH", "/auth", "KC_DB", "mariadb")))
        .containsEntry("KC_HTTP_RELATIVE_PATH", "/auth")
        .containsEntry("KC_DB", "mariadb");
  }

  /** The variables of the build, with what Docker puts in for those of the base. */
  private static Map<String, String> builtWith(Map<String, String> base) {
    String line =
        Repository.text("Dockerfile")
            .lines()
            .filter(each -> each.startsWith(BUILD))
            .findFirst()
            .orElseThrow();
    String printed =
        Commands.bash(Repository.root(), base, "printf '%s\\n' " + line.substring("ENV ".length()))
            .expect(0)
            .output();
    Map<String, String> variables = new LinkedHashMap<>();
    printed
        .lines()
        .filter(each -> each.contains("="))
        .forEach(each -> variables.put(each.split("=", 2)[0], each.split("=", 2)[1]));
    assertThat(variables).hasSizeGreaterThan(2);
    return variables;
  }

  /** Its template for the {@code StatefulSet} writes these from the values, and always the path. */
  private static Map<String, String> ofTheChart() throws IOException {
    JsonNode values = YAML.readTree(Repository.text(FOLDER + "helm/keycloakx-values.yaml"));
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("KC_HTTP_RELATIVE_PATH", values.at("/http/relativePath").asText());
    variables.put("KC_PROXY_HEADERS", values.at("/proxy/mode").asText());
    variables.put("KC_HTTP_ENABLED", "true");
    variables.put("KC_DB", values.at("/database/vendor").asText());
    variables.put("KC_METRICS_ENABLED", "true");
    variables.put("KC_HEALTH_ENABLED", "true");
    for (JsonNode extra : YAML.readTree(values.at("/extraEnv").asText())) {
      String name = extra.path("name").asText();
      if (extra.has("value") && name.startsWith("KC_")) {
        variables.put(name, filledIn(extra.get("value").asText()));
      }
    }
    return variables;
  }

  /** Its {@code KeycloakDistConfigurator} and {@code KeycloakDeploymentDependentResource}. */
  private static Map<String, String> ofTheOperator() throws IOException {
    JsonNode spec = YAML.readTree(Repository.text(FOLDER + "operator/keycloak.yaml")).get("spec");
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("KC_HEALTH_ENABLED", "true");
    variables.put("KC_CACHE", "ispn");
    variables.put("KC_TRACING_SERVICE_NAME", "keycloak");
    variables.put("KC_TRACING_RESOURCE_ATTRIBUTES", "k8s.namespace.name=keycloak");
    variables.put("KC_SPI_CACHE_EMBEDDED_DEFAULT_MACHINE_NAME", "node");
    variables.put("KC_PROXY_HEADERS", spec.at("/proxy/headers").asText());
    variables.put("KC_DB", spec.at("/db/vendor").asText());
    for (JsonNode option : spec.at("/additionalOptions")) {
      if (option.has("value")) {
        String name = option.path("name").asText();
        String variable = "KC_" + name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
        variables.put(variable, filledIn(option.get("value").asText()));
      }
    }
    return variables;
  }

  private static String filledIn(String value) {
    return value
        .replace("INGRESS_NETWORK", "10.244.1.0/24")
        .replace("AUTH_HOST", "auth.example.org")
        .replace("ADMIN_HOST", "admin.example.org");
  }

  private Commands.Result metadata(Path home, Map<String, String> environment, int exit) {
    return Commands.kc(
            home,
            environment,
            "update-compatibility",
            "metadata",
            "--optimized",
            "--file",
            folder.resolve("metadata.json").toString())
        .expect(exit);
  }
}

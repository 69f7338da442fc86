package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B10: what the files for Kubernetes say is what the bundle and Keycloak understand. */
@SharedRealm
class KubernetesFilesIT {

  private static final Path FOLDER = Repository.root().resolve("deploy").resolve("kubernetes");

  @TempDir private Path folder;

  @Test
  void theOptionsAreThoseOfTheBundle() throws IOException {
    Set<String> used = new TreeSet<>();
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        used.addAll(DocumentedOptions.in(Files.readString(file)));
      }
    }
    assertThat(used).hasSizeGreaterThan(5).isSubsetOf(DocumentedOptions.all());
  }

  @Test
  void theRealmOfTheImportIsImported() throws IOException {
    Commands.Result printed =
        Commands.bash(
                Repository.root(),
                Map.of("RELYING_APP_URL", "https://app.example.org", "VERIFY_EMAIL", "false"),
                "deploy/kubernetes/operator/realm-import other")
            .expect(0);
    JsonNode resource = new ObjectMapper().readTree(printed.output());
    assertThat(resource.get("kind").asText()).isEqualTo("KeycloakRealmImport");
    assertThat(resource.at("/spec/keycloakCRName").asText()).isEqualTo("other");
    ObjectNode realm = (ObjectNode) resource.at("/spec/realm");
    assertThat(realm.get("verifyEmail").isBoolean()).isTrue();
    assertThat(realm.get("verifyEmail").asBoolean()).isFalse();

    // As the Operator replaces them.
    String text = realm.put("realm", "of-kubernetes").toString();
    for (String name : fieldNames(resource.at("/spec/placeholders"))) {
      assertThat(text).contains("${" + name + "}");
      text = text.replace("${" + name + "}", "secret-of-" + name);
    }
    assertThat(text).doesNotContainPattern("\\$\\{[A-Z]");
    AdminApi admin = TestStack.get().admin();
    admin.post("/realms", text).expect(201);
    try {
      JsonNode app =
          admin.get("/realms/of-kubernetes/clients?clientId=relying-app").expect(200).json().get(0);
      assertThat(app.get("redirectUris").toString()).contains("https://app.example.org/");
      assertThat(
              admin
                  .get("/realms/of-kubernetes/clients/" + app.get("id").asText() + "/client-secret")
                  .expect(200)
                  .text("value"))
          .isEqualTo("secret-of-RELYING_APP_SECRET");
    } finally {
      admin.delete("/realms/of-kubernetes").expect(204);
    }
  }

  private static Set<String> fieldNames(JsonNode object) {
    Set<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void theInitContainerTakesTheRightSumAlone() throws Exception {
    byte[] jar = "a jar".getBytes(StandardCharsets.UTF_8);
    Path source = Files.write(folder.resolve("source.jar"), jar);
    Path providers = Files.createDirectory(folder.resolve("providers"));
    String sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(jar));

    initContainer(source, providers, sum).expect(0);
    assertThat(providers.resolve("bulwark-keycloak.jar")).hasBinaryContent(jar);
    initContainer(source, providers, "0".repeat(64)).expect(1);
  }

  private static Commands.Result initContainer(Path jar, Path providers, String sum)
      throws IOException {
    String values =
        Files.readString(FOLDER.resolve("init-container").resolve("keycloakx-values.yaml"));
    String script =
        values
            .lines()
            .dropWhile(line -> !line.equals("      - |"))
            .skip(1)
            .takeWhile(line -> line.startsWith("        "))
            .map(String::strip)
            .collect(Collectors.joining("\n"));
    return Commands.bash(
        providers,
        Map.of(
            "BULWARK_URL",
            jar.toUri().toString(),
            "BULWARK_SHA256",
            sum,
            "PROVIDERS",
            providers.toString()),
        "set -eu\n" + script);
  }
}

package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.Repository;
import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** L5: no shipped file that production uses has a secret or a default account. */
class ShippedFilesTest {

  /** What is in the files that name the values of development and tests. */
  private static final List<String> KNOWN =
      List.of(
          "correct-dev-battery",
          "correct-admin-battery",
          "relying-app-dev-secret",
          "tasks-service-dev-secret",
          "gateway-dev-secret",
          "dev-cli");

  private static final Pattern PRIVATE_KEY = Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----");

  /**
   * An assignment of something secret in a shell, Docker or Compose file. Options of the SPI
   * password-hashing are none.
   */
  private static final Pattern ASSIGNMENT =
      Pattern.compile(
          "(?im)^\\s*(?:ENV |ARG |export |- )?\"?(\\w*(?:PASSWORD(?!_HASHING)|SECRET|TOKEN)\\w*)\"?\\s*[:=]\\s*(.*)$");

  @Test
  void noFileNamesAValueOfDevelopment() throws IOException {
    Map<String, String> files = files();
    assertThat(files).hasSizeGreaterThan(40);
    files.forEach(
        (name, text) -> {
          for (String value : KNOWN) {
            assertThat(text).as(name).doesNotContain(value);
          }
          assertThat(PRIVATE_KEY.matcher(text).find()).as(name).isFalse();
        });
  }

  @Test
  void theEnvironmentsTemplateHasNoValue() {
    List<String> names = new ArrayList<>();
    for (String line : Repository.text(".env.example").lines().toList()) {
      if (!line.startsWith("#") && !line.isBlank()) {
        assertThat(line).matches("[A-Z_]+=");
        names.add(line.substring(0, line.length() - 1));
      }
    }
    assertThat(names)
        .contains(
            "ADMIN_PASSWORD", "BOOTSTRAP_PASSWORD", "POSTGRES_PASSWORD", "REDIS_APP_PASSWORD");
  }

  /** Whatever is secret in Compose comes of a variable that must be set. */
  @Test
  void everySecretOfTheComposeFileIsAVariableWithoutDefault() {
    Matcher assignments = ASSIGNMENT.matcher(Repository.text("docker-compose.yml"));
    int found = 0;
    while (assignments.find()) {
      assertThat(assignments.group(2))
          .as(assignments.group())
          .matches("\\$\\{[A-Z_]+:\\?[A-Z_]+ is not set, see .env.example}");
      found++;
    }
    assertThat(found).isGreaterThanOrEqualTo(15);
    for (String file :
        List.of(
            "Dockerfile",
            "deploy/docker/entry.sh",
            "deploy/docker/certificates.sh",
            "deploy/docker/setup.Dockerfile",
            "deploy/docker/relying-app.Dockerfile",
            "deploy/docker/gateway.Dockerfile",
            "deploy/docker/gateway.sh",
            "deploy/docker/gateway.conf")) {
      Matcher others = ASSIGNMENT.matcher(Repository.text(file));
      assertThat(others.find()).as(file).isFalse();
    }
  }

  /** Every secret of the realm is a placeholder without default; nobody is in it. */
  @Test
  void theRealmHasPlaceholdersInsteadOfSecretsAndNoAccount() throws IOException {
    JsonNode realm = new ObjectMapper().readTree(Repository.text("realm-config/app-realm.json"));
    assertThat(realm.has("users")).isFalse();
    for (Map.Entry<String, JsonNode> components : realm.get("components").properties()) {
      boolean profile = components.getKey().equals("org.keycloak.userprofile.UserProfileProvider");
      assertThat(components.getValue()).as(components.getKey()).hasSize(profile ? 1 : 0);
    }
    List<String> secrets = new ArrayList<>();
    collect("", realm, secrets);
    assertThat(secrets)
        .containsExactlyInAnyOrder(
            "/clients/secret=${RELYING_APP_SECRET}",
            "/clients/secret=${TASKS_SERVICE_SECRET}",
            "/clients/secret=${GATEWAY_SECRET}",
            "/identityProviders/config/clientSecret=${GOOGLE_CLIENT_SECRET:}",
            "/identityProviders/config/clientSecret=${GITHUB_CLIENT_SECRET:}",
            "/smtpServer/password=${SMTP_PASSWORD:}");
  }

  private static void collect(String path, JsonNode node, List<String> secrets) {
    if (node.isArray()) {
      node.forEach(element -> collect(path, element, secrets));
    } else {
      node.properties()
          .forEach(
              property -> {
                String name = property.getKey();
                String lower = name.toLowerCase(java.util.Locale.ROOT);
                boolean secret =
                    lower.matches(".*(secret|password|privatekey|bindcredential)")
                        && property.getValue().isTextual();
                if (secret) {
                  secrets.add(path + "/" + name + "=" + property.getValue().asText());
                }
                collect(path + "/" + name, property.getValue(), secrets);
              });
    }
  }

  /** Name → text of everything that production gets: the image's files and the bundle. */
  private static Map<String, String> files() throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    for (String name :
        List.of(
            "Dockerfile", "docker-compose.yml", ".env.example", "realm-config/app-realm.json")) {
      files.put(name, Repository.text(name));
    }
    Path docker = Repository.root().resolve("deploy/docker");
    try (Stream<Path> scripts = Files.walk(docker)) {
      for (Path script : scripts.filter(Files::isRegularFile).toList()) {
        files.put("deploy/docker/" + docker.relativize(script), Files.readString(script));
      }
    }
    try (JarFile bundle = new JarFile(Installation.bundle().toFile())) {
      for (JarEntry entry : bundle.stream().toList()) {
        if (!entry.isDirectory()) {
          try (InputStream in = bundle.getInputStream(entry)) {
            files.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
          }
        }
      }
    }
    return files;
  }
}

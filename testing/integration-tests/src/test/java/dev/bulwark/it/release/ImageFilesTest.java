package dev.bulwark.it.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B4, B9: what the image is built from, without Docker. */
class ImageFilesTest {

  private static final String JARS = "/tmp/jars/";
  private static final String PROVIDERS = "/opt/keycloak/providers/";

  @TempDir Path folder;

  private Path jars = Path.of("");
  private Path providers = Path.of("");

  @BeforeEach
  void makeFolders() throws IOException {
    jars = Files.createDirectory(folder.resolve("jars"));
    providers = Files.createDirectory(folder.resolve("providers"));
  }

  /** Before a build has made the jars, too. */
  @Test
  void theCheckNamesItsArguments() throws IOException {
    Path check = Files.createDirectories(folder.resolve("deploy/docker")).resolve("check");
    Files.copy(Repository.root().resolve("deploy/docker/check"), check);
    assertThat(
            Commands.bash(folder, Map.of(), "bash deploy/docker/check --wrong").expect(1).output())
        .isEqualTo("usage: deploy/docker/check [--ha | --observe]\n");
    assertThat(Commands.bash(folder, Map.of(), "bash deploy/docker/check").expect(1).output())
        .contains("mvn clean package");
  }

  @Test
  void theOneJarGoesIntoTheImage() throws IOException {
    Files.writeString(jars.resolve("bulwark-keycloak-1.0.0.jar"), "1.0.0");
    takeJar().expect(0);
    assertThat(providers.resolve("bulwark-keycloak.jar")).hasContent("1.0.0");
  }

  /** As of an earlier version, or one of sources. */
  @Test
  void ofSeveralJarsTheImageTakesNone() throws IOException {
    Files.writeString(jars.resolve("bulwark-keycloak-1.0.0.jar"), "1.0.0");
    Files.writeString(jars.resolve("bulwark-keycloak-1.0.0-sources.jar"), "sources");
    assertThat(takeJar().expect(1).output())
        .contains("must have one", "bulwark-keycloak-1.0.0.jar", "-sources.jar");
    assertThat(providers).isEmptyDirectory();
  }

  private Commands.Result takeJar() {
    String dockerfile = Repository.text("Dockerfile");
    assertThat(dockerfile)
        .contains("COPY --chown=1000:0 bundle/target/bulwark-keycloak-*.jar " + JARS);
    Matcher command = Pattern.compile("(?m)^RUN (set --(?:.*\\\\\\n)*.*)$").matcher(dockerfile);
    assertThat(command.find()).isTrue();
    return Commands.bash(
        folder,
        Map.of(),
        command.group(1).replace(JARS, jars + "/").replace(PROVIDERS, providers + "/"));
  }

  /** Dependabot changes the one in the Dockerfile, deploy/docker/pin-images reads the other. */
  @Test
  void composeBuildsFromTheImagesThatTheDockerfilesName() throws IOException {
    JsonNode services =
        new YAMLMapper().readTree(Repository.text("docker-compose.yml")).get("services");
    int compared = 0;
    for (JsonNode service : services) {
      JsonNode build = service.path("build");
      String file = build.path("dockerfile").asText("Dockerfile");
      for (Map.Entry<String, JsonNode> argument : build.path("args").properties()) {
        String name = argument.getKey();
        if (name.endsWith("_IMAGE")) {
          assertThat(argument.getValue().asText())
              .as("%s in docker-compose.yml and %s", name, file)
              .isEqualTo("${%s:-%s}", name, image(Repository.text(file), name));
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(4);
  }

  /** The image that an argument has by default: its own value, or that of the stage it names. */
  private static String image(String dockerfile, String argument) {
    Matcher value = Pattern.compile("(?m)^ARG " + argument + "=(\\S+)$").matcher(dockerfile);
    assertThat(value.find()).as(argument).isTrue();
    Matcher stage =
        Pattern.compile("(?m)^FROM (\\S+) AS " + Pattern.quote(value.group(1)) + "$")
            .matcher(dockerfile);
    return stage.find() ? stage.group(1) : value.group(1);
  }
}

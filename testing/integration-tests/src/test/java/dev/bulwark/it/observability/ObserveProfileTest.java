package dev.bulwark.it.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bulwark.it.support.Repository;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B11: the files of the compose profile {@code observe} fit together. Its images are not started.
 */
class ObserveProfileTest {

  private static final Path FILES = Repository.root().resolve("deploy/observability");
  private static final JsonNode SERVICES = services();

  @TempDir Path folder;

  private static JsonNode services() {
    try {
      return new YAMLMapper().readTree(Repository.text("docker-compose.yml")).get("services");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void prometheusTakesItsConfiguration() throws IOException {
    String promtool = Programs.require("promtool", "prometheus").toString();
    Path file =
        Files.writeString(
            folder.resolve("prometheus.yml"),
            Files.readString(FILES.resolve("compose/prometheus.yml"))
                .replace("/trust/", folder + "/"));
    Path rules =
        Files.copy(
            FILES.resolve("prometheus/bulwark-rules.yml"), folder.resolve("bulwark-rules.yml"));
    Files.createFile(folder.resolve("authority.pem"));
    assertThat(
            LocalProcess.run(
                Duration.ofMinutes(1), List.of(promtool, "check", "config", file.toString())))
        .contains(Files.readString(rules).split("- alert: ", -1).length - 1 + " rules found");
  }

  @Test
  void itScrapesTheKeycloakOfTheStackByTls() throws IOException {
    JsonNode job =
        new YAMLMapper()
            .readTree(Files.readString(FILES.resolve("compose/prometheus.yml")))
            .at("/scrape_configs/0");
    assertThat(job.get("scheme").asText()).isEqualTo("https");
    assertThat(job.at("/static_configs/0/targets/0").asText()).isEqualTo("keycloak:9000");
    assertThat(SERVICES.at("/certificates/environment/KEYCLOAK_NAMES").asText())
        .startsWith("keycloak,");
    assertThat(SERVICES.at("/prometheus/volumes").toString()).contains("trust:/trust:ro");
  }

  /** A mounted file that is not there would become a folder. */
  @Test
  void everyMountedFileIsThere() {
    for (String service : List.of("prometheus", "grafana")) {
      assertThat(SERVICES.at("/" + service + "/profiles/0").asText()).isEqualTo("observe");
      int files = 0;
      for (JsonNode volume : SERVICES.at("/" + service + "/volumes")) {
        String source = volume.asText().split(":")[0];
        if (source.startsWith("./")) {
          assertThat(Repository.root().resolve(source)).exists();
          files++;
        }
      }
      assertThat(files).isGreaterThan(1);
    }
  }

  @Test
  void theDashboardsFindTheDataSource() throws IOException {
    JsonNode source =
        new YAMLMapper()
            .readTree(Files.readString(FILES.resolve("compose/grafana/datasource.yml")))
            .at("/datasources/0");
    for (String name : List.of("bulwark-service-levels", "bulwark-migration-capacity")) {
      JsonNode variable =
          new ObjectMapper()
              .readTree(Files.readString(FILES.resolve("grafana/" + name + ".json")))
              .at("/templating/list/0");
      assertThat(variable.get("type").asText()).isEqualTo("datasource");
      assertThat(variable.get("query").asText()).isEqualTo(source.get("type").asText());
    }
  }
}

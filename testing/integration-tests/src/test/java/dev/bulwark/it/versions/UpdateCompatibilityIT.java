package dev.bulwark.it.versions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B9: {@code kc.sh update-compatibility} knows the bundle, so an operator (or Keycloak's operator
 * for Kubernetes) learns before an update whether nodes can be replaced one after the other.
 */
@Tag("full")
class UpdateCompatibilityIT {

  private static final int ROLLING = 0;
  private static final int RECREATE = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path home;

  @TempDir private static Path files;

  /** What this installation tells. */
  private static Path told;

  @BeforeAll
  static void build() throws IOException {
    DistributionServer.start(
            ServerSpec.builder().name("compatibility").shortLived().home(home).build())
        .close();
    told = metadata(Map.of());
  }

  @Test
  void theSameBundleIsReplacedNodeByNode() throws IOException {
    assertThat(JSON.readTree(told.toFile()).get("bulwark"))
        .isEqualTo(JSON.readTree(Json.object("shared-state", "1", "redis-prefix", "")));
    check(told, Map.of(), ROLLING);
  }

  @Test
  void nodesWithAnotherPrefixInRedisAreStoppedFirst() throws IOException {
    Map<String, String> staging = Map.of("KC_SPI_REDIS_CONNECTION__DEFAULT__PREFIX", "staging:");
    assertThat(check(metadata(staging), Map.of(), RECREATE))
        .contains("'bulwark.redis-prefix' is incompatible: staging: -> ");
  }

  @Test
  void aBundleOfAnotherSharedStateIsStoppedFirst() throws IOException {
    ObjectNode other = (ObjectNode) JSON.readTree(told.toFile());
    ((ObjectNode) other.get("bulwark")).put("shared-state", "0");
    assertThat(check(file(other), Map.of(), RECREATE)).contains("'bulwark.shared-state'");
  }

  /** Its tokens are in no ledger. */
  @Test
  void aKeycloakWithoutTheBundleIsStoppedFirst() throws IOException {
    ObjectNode without = (ObjectNode) JSON.readTree(told.toFile());
    without.remove("bulwark");
    assertThat(check(file(without), Map.of(), RECREATE)).contains("'bulwark.");
  }

  /** The jar stands in for the former and for the new one. */
  @Test
  void theStepsOfThePageReplaceTheJar() throws IOException {
    String steps = String.join("", ShellBlock.below("docs/operations/upgrade.md", "Step by step"));
    Commands.bash(
            files,
            Map.of(
                "KEYCLOAK_HOME", home.toString(),
                "HOME", files.toString(),
                "ROOT", Repository.root().toString()),
            "ln -sfn \"$ROOT/bundle\" bundle\nrm -f before.json\n"
                + steps.replace(
                    "update-compatibility check",
                    "build\n\"$KEYCLOAK_HOME/bin/kc.sh\" update-compatibility check"))
        .expect(ROLLING);
    assertThat(files.resolve("before.json")).exists();
    try (Stream<Path> kept = Files.list(files)) {
      assertThat(kept).anyMatch(file -> file.toString().endsWith(".jar"));
    }
  }

  private static Path file(JsonNode metadata) throws IOException {
    Path file = Files.createTempFile(files, "changed", ".json");
    JSON.writeValue(file.toFile(), metadata);
    return file;
  }

  private static Path metadata(Map<String, String> environment) throws IOException {
    Path file = Files.createTempFile(files, "metadata", ".json");
    Commands.kc(
            home,
            environment,
            "update-compatibility",
            "metadata",
            "--optimized",
            "--file",
            file.toString())
        .expect(0);
    JsonNode all = JSON.readTree(file.toFile());
    assertThat(all.has("keycloak")).isTrue();
    return file;
  }

  private static String check(Path metadata, Map<String, String> environment, int exit) {
    return Commands.kc(
            home,
            environment,
            "update-compatibility",
            "check",
            "--optimized",
            "--file",
            metadata.toString())
        .expect(exit)
        .output();
  }
}

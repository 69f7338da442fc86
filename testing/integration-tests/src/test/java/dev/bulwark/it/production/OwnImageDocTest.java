package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.ShellBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B1: the files in {@code docs/own-image.md}, as {@code deploy/docker/check-own} takes them from
 * it.
 */
class OwnImageDocTest {

  private static final String PAGE = Repository.text("docs/own-image.md");

  @TempDir Path folder;

  @BeforeEach
  void takeTheFiles() {
    Commands.bash(
            Repository.root(),
            Map.of("FOLDER", folder.toString()),
            "deploy/docker/check-own --files \"$FOLDER\"")
        .expect(0);
  }

  /** So no block of the page is without a test. */
  @Test
  void theCheckTakesEachBlock() throws IOException {
    long blocks = PAGE.lines().filter(line -> line.matches("```\\w+")).count();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize((int) blocks);
    }
    for (Path file : files()) {
      String name = file.getFileName().toString();
      assertThat(Files.readString(file)).as(name).isNotBlank();
      if (!name.endsWith(".sh")) {
        assertThat(PAGE).contains("`" + name + "`");
      }
    }
  }

  /** All but the build of the jar, which the caller of the check has done. */
  @Test
  void theCheckRunsEachCommand() throws IOException {
    StringBuilder checked = new StringBuilder();
    for (Path file : files()) {
      checked.append(Files.readString(file));
    }
    for (String commands : ShellBlock.onPage("docs/own-image.md")) {
      assertThat(checked).contains(commands.replaceFirst("^mvn .*\n", ""));
    }
  }

  /** Keycloak writes the line of the hash, and the key of Redis, a while after it answers. */
  @Test
  void theCheckWaitsForWhatThePageShows() throws IOException {
    Files.writeString(
        folder.resolve("look.sh"),
        """
        tries=$(cat "$STACK/tries" 2>/dev/null || echo 0)
        echo $((tries + 1)) >"$STACK/tries"
        [ $tries -ge 1 ]
        echo "Argon2id by libargon2"
        [ $tries = 1 ] || echo 1764444444
        """);
    String check = Repository.text("deploy/docker/check-own");
    String look = check.substring(check.indexOf("\nlook() {"), check.indexOf("\nlogs_in() {"));
    Commands.bash(
            folder,
            Map.of("STACK", folder.toString(), "work", folder.toString()),
            "fail() { echo \"$1\"; exit 1; }" + look + "\nlook\n")
        .expect(0);
    assertThat(folder.resolve("tries")).hasContent("3");
  }

  @Test
  void eachFileIsValid() throws IOException {
    for (Path file : files()) {
      if (file.toString().endsWith(".yaml")) {
        assertThat(new YAMLMapper().readTree(Files.readString(file)).at("/services/keycloak"))
            .as(file.toString())
            .isNotEmpty();
      }
    }
    assertThat(text("Dockerfile").lines().filter(line -> line.contains("bulwark")))
        .containsExactly(
            "COPY --chown=1000:0 --chmod=644 bulwark-keycloak.jar /opt/keycloak/providers/");
  }

  @Test
  void theOptionsAreThoseOfTheBundle() {
    assertThat(DocumentedOptions.in(PAGE)).isNotEmpty().isSubsetOf(DocumentedOptions.all());
    assertThat(DocumentedOptions.in(Repository.text("docs/bare-metal.md")))
        .isNotEmpty()
        .isSubsetOf(DocumentedOptions.all());
  }

  /** No more and no less than in this repository's own compose file. */
  @Test
  void theUsersOfRedisHaveTheRightsThatTheyNeed() throws IOException {
    assertThat(userOfRedis(text("compose.bulwark.yaml"), "keycloak"))
        .isEqualTo(userOfRedis(Repository.text("docker-compose.yml"), "keycloak"));
    String readme = Repository.text("libraries/redis-connection/README.md");
    Set<String> application =
        new TreeSet<>(List.of(userOfRedis(text("compose.bulwark.yaml"), "application").split(" ")));
    assertThat(application).isNotEmpty().allMatch(readme::contains);
    assertThat(application).noneMatch(right -> right.matches("\\+(?:set|del|@.*)|~.*"));
  }

  private static String userOfRedis(String text, String name) {
    String start = "user " + name + " on >$$";
    String line =
        text.lines()
            .map(String::strip)
            .filter(each -> each.startsWith(start))
            .findFirst()
            .orElseThrow();
    return line.substring(line.indexOf(' ', start.length()) + 1);
  }

  /** The entry point of the image drops the rights of root only for a command that it knows. */
  @Test
  void redisRunsWithoutTheRightsOfRoot() throws IOException {
    YAMLMapper yaml = new YAMLMapper();
    JsonNode own = yaml.readTree(Repository.text("docker-compose.yml")).at("/services/redis/user");
    assertThat(own.asText()).matches("[1-9][0-9]*");
    assertThat(yaml.readTree(text("compose.bulwark.yaml")).at("/services/redis/user"))
        .isEqualTo(own);
  }

  /** An {@code .env} whose last line has no end keeps the value of that line. */
  @Test
  void thePasswordsAreAddedToAnyEnv() throws IOException {
    Path env = folder.resolve(".env");
    Files.writeString(env, "DATABASE_PASSWORD=one");
    Commands.bash(folder, Map.of(), "bash -eu passwords.sh").expect(0);
    assertThat(Files.readAllLines(env))
        .contains("DATABASE_PASSWORD=one")
        .filteredOn(line -> line.startsWith("REDIS_"))
        .hasSize(2)
        .allMatch(line -> line.matches("REDIS_[A-Z_]+=[0-9a-f]{48}"));
  }

  /** Every secret comes from {@code .env}, and a missing one stops the start. */
  @Test
  void aMissingPasswordStopsTheStart() throws IOException {
    int secrets = 0;
    for (Path file : files()) {
      if (file.toString().endsWith(".yaml")) {
        JsonNode services = new YAMLMapper().readTree(Files.readString(file)).get("services");
        for (JsonNode service : services) {
          for (Map.Entry<String, JsonNode> variable : service.path("environment").properties()) {
            if (variable.getKey().matches(".*(?:PASSWORD|SECRET)")) {
              assertThat(variable.getValue().asText()).matches("\\$\\{[A-Z_]+:\\?is not set}");
              secrets++;
            }
          }
        }
      }
    }
    assertThat(secrets).isGreaterThan(5);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private String text(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }
}

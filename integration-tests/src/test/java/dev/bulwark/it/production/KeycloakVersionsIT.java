package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One version of Keycloak everywhere: {@code config/keycloak-versions.json} has it, and every other
 * file that must spell it agrees.
 */
class KeycloakVersionsIT {

  private static JsonNode versions() throws IOException {
    return new ObjectMapper().readTree(Repository.text("config/keycloak-versions.json"));
  }

  /** The pattern's group is the version. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "pom.xml <keycloak\\.version>(.+)</keycloak\\.version>",
        "Dockerfile KEYCLOAK_IMAGE=\\S+/keycloak:(\\S+)",
        "docker-compose.yml KEYCLOAK_IMAGE:-[^:}]+/keycloak:([^}]+)}",
        "README.md \\|\\sKeycloak\\s\\|\\s(\\S+)",
        "examples/junit-testcontainers/src/test/java/dev/bulwark/example/KeycloakStack.java"
            + " \"keycloak\\.version\",\\s\"([^\"]+)\""
      })
  void isTheVersionThatTheBundleIsCompiledAgainst(String file, String pattern) throws IOException {
    List<String> found =
        Pattern.compile(pattern)
            .matcher(Repository.text(file))
            .results()
            .map(match -> match.group(1))
            .toList();
    assertThat(found).as(file).containsExactly(versions().path("compile").textValue());
  }

  @Test
  void theBundleIsTestedWithTheVersionItIsCompiledAgainst() throws IOException {
    assertThat(versions().path("runtime"))
        .extracting(JsonNode::textValue)
        .doesNotHaveDuplicates()
        .contains(versions().path("compile").textValue());
  }

  @Test
  void theTableOfCompatibilityHasEachVersion() throws IOException {
    String table =
        Repository.text("docs/compatibility.md")
            .lines()
            .filter(l -> l.startsWith("| part "))
            .findFirst()
            .orElseThrow();
    for (String kind : List.of("runtime", "partial")) {
      assertThat(versions().path(kind))
          .isNotEmpty()
          .allSatisfy(version -> assertThat(table).contains(version.textValue()));
    }
  }
}

package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.Repository;
import dev.bulwark.server.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One version of Keycloak everywhere: {@code config/keycloak-versions.json} has it, and every other
 * file that must spell it agrees.
 */
class KeycloakVersionsIT {

  /** Group, artifact, and the name of the property with the version. */
  private static final Pattern LIBRARY =
      Pattern.compile(
          "<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>\\s*"
              + "<version>\\$\\{([a-z0-9.-]+)\\.version}");

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
        "docs/ci/start-keycloak.sh KEYCLOAK_IMAGE:-[^:}]+/keycloak:([^}]+)}",
        "README.md runs\\son\\sKeycloak\\s(\\S+)",
        "docs/compatibility.md \\|\\sKeycloak\\s\\|\\s(\\S+)",
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

  /** What the bundle is compiled against beside Keycloak: {@code pom.xml} repeats the versions. */
  @Test
  void theServersLibrariesHaveTheVersionsOfThePom() throws IOException {
    Set<String> jars = jarsOfTheServer();
    String compile = versions().path("compile").textValue();
    Assumptions.assumeTrue(
        jars.contains("org.keycloak.keycloak-services-" + compile + ".jar"),
        "the tests run on another Keycloak");
    String pom = Repository.text("pom.xml");
    Map<String, String> versions =
        Pattern.compile("<([a-z0-9.-]+)\\.version>([^<]+)<")
            .matcher(between(pom, "On the server's class path already", "Tests and development"))
            .results()
            .collect(Collectors.toMap(match -> match.group(1), match -> match.group(2)));
    int compared = 0;
    for (MatchResult library : LIBRARY.matcher(pom).results().toList()) {
      String name = library.group(1) + "." + library.group(2) + "-";
      String version = versions.get(library.group(3));
      // Those of which the tests alone have a part are not there: the provider of SLF4J is one.
      if (version != null && jars.stream().anyMatch(jar -> jar.startsWith(name))) {
        assertThat(jars).contains(name + version + ".jar");
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(20);
  }

  private static Set<String> jarsOfTheServer() throws IOException {
    try (Stream<Path> files = Files.list(Installation.keycloak().resolve("lib/lib/main"))) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  private static String between(String text, String from, String to) {
    int start = text.indexOf(from);
    assertThat(start).as(from).isNotNegative();
    return text.substring(start, text.indexOf(to, start));
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

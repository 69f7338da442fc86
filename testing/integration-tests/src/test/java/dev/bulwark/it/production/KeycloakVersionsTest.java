package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.Repository;
import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One version of Keycloak everywhere: {@code config/keycloak-versions.json} has it, and every other
 * file that must spell it agrees. {@code -Dbulwark.write-docs=true} writes the version into these
 * files.
 */
class KeycloakVersionsTest {

  private static final String COMPATIBILITY = "docs/compatibility.md";

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
        "Dockerfile FROM\\s\\S+/keycloak:(\\S+)",
        "docker-compose.yml KEYCLOAK_IMAGE:-[^:}]+/keycloak:([^}]+)}",
        "docs/own-image.md FROM\\s\\S+/keycloak:(\\S+)",
        "docs/ci/start-keycloak.sh KEYCLOAK_IMAGE:-[^:}]+/keycloak:([^}]+)}",
        "deploy/kubernetes/init-container/keycloakx-values.yaml tag:\\s\"([^\"]+)\"",
        "deploy/kubernetes/removal/Dockerfile FROM\\s\\S+/keycloak:(\\S+)",
        "deploy/kubernetes/existing-keycloak.md FROM\\s\\S+/keycloak:(\\S+)",
        "docs/upgrade-keycloak.md git\\sdiff\\s(\\S+)\\sNEW",
        "README.md runs\\son\\sKeycloak\\s(\\S+)",
        "docs/compatibility.md \\|\\sKeycloak\\s\\|\\s(\\S+)",
        "examples/junit-testcontainers/src/test/java/dev/bulwark/example/KeycloakStack.java"
            + " \"keycloak\\.version\",\\s\"([^\"]+)\""
      })
  void isTheVersionThatTheBundleIsCompiledAgainst(String file, String pattern) throws IOException {
    String compile = versions().path("compile").textValue();
    if (Repository.isWritten()) {
      Repository.write(file, withGroup(Repository.text(file), pattern, compile));
    }
    List<String> found =
        Pattern.compile(pattern)
            .matcher(Repository.text(file))
            .results()
            .map(match -> match.group(1))
            .toList();
    assertThat(found).as(file).containsExactly(compile);
  }

  /** The text with another value in the first group of each match. */
  private static String withGroup(String text, String pattern, String value) {
    StringBuilder changed = new StringBuilder();
    int end = 0;
    for (MatchResult match : Pattern.compile(pattern).matcher(text).results().toList()) {
      changed.append(text, end, match.start(1)).append(value);
      end = match.end(1);
    }
    return changed.append(text.substring(end)).toString();
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
    if (Repository.isWritten()) {
      writeLibraries(jars);
    }
    Map<String, String> versions = librariesOfThePom();
    int compared = 0;
    for (MatchResult library : libraries()) {
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

  /** Sets the properties of the pom to the versions that the jars of the server have. */
  private static void writeLibraries(Set<String> jars) {
    String pom = Repository.text("pom.xml");
    Set<String> properties = librariesOfThePom().keySet();
    for (MatchResult library : libraries()) {
      Pattern jar =
          Pattern.compile(
              Pattern.quote(library.group(1) + "." + library.group(2) + "-") + "(\\d.*)\\.jar");
      List<String> found =
          jars.stream().map(jar::matcher).filter(Matcher::matches).map(m -> m.group(1)).toList();
      if (found.size() == 1 && properties.contains(library.group(3))) {
        String property = Pattern.quote("<" + library.group(3) + ".version>");
        pom = withGroup(pom, property + "([^<]+)<", found.get(0));
      }
    }
    Repository.write("pom.xml", pom);
  }

  private static List<MatchResult> libraries() {
    return LIBRARY.matcher(Repository.text("pom.xml")).results().toList();
  }

  /** Versions by the property's name without its end. */
  private static Map<String, String> librariesOfThePom() {
    return Pattern.compile("<([a-z0-9.-]+)\\.version>([^<]+)<")
        .matcher(
            between(
                Repository.text("pom.xml"),
                "On the server's class path already",
                "Tests and development"))
        .results()
        .collect(Collectors.toMap(match -> match.group(1), match -> match.group(2)));
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
    String header =
        "| part | %s | %s | test |".formatted(all("partial", " | "), all("runtime", ", "));
    if (Repository.isWritten()) {
      String text = Repository.text(COMPATIBILITY);
      Repository.write(COMPATIBILITY, withGroup(text, "(?m)^(\\| part \\|.*)$", header));
    }
    assertThat(Repository.text(COMPATIBILITY).lines()).contains(header);
  }

  private static String all(String kind, String between) throws IOException {
    List<String> all = new ArrayList<>();
    versions().path(kind).forEach(version -> all.add(version.textValue()));
    assertThat(all).as(kind).isNotEmpty();
    return String.join(between, all);
  }
}

package dev.bulwark.it.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B9: Dependabot finds every file that names a version of somebody else's. */
class DependabotTest {

  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

  private static final Pattern PROPERTY = Pattern.compile("<([\\w.-]+\\.version)>");

  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>"
              + "\\s*<version>\\$\\{([^}]+)}");

  /** A version, not the name of a release of Debian. */
  private static final Pattern VERSIONED_IMAGE = Pattern.compile("(?m)^FROM [^$\\s]+:\\d");

  private static final Pattern VERSION_IN_ARGUMENT =
      Pattern.compile("(?m)^ARG \\w+_IMAGE=\\S+:\\d");

  private static Set<String> folders(String ecosystem) throws IOException {
    Set<String> folders = new TreeSet<>();
    JsonNode entries =
        new YAMLMapper().readTree(Repository.text(".github/dependabot.yml")).get("updates");
    for (JsonNode entry : entries) {
      if (entry.get("package-ecosystem").asText().equals(ecosystem)) {
        if (entry.has("directory")) {
          folders.add(entry.get("directory").asText());
        }
        entry.path("directories").forEach(folder -> folders.add(folder.asText()));
      }
    }
    return folders;
  }

  private static String folder(String file) {
    return "/" + file.substring(0, Math.max(0, file.lastIndexOf('/')));
  }

  private static Set<String> foldersOf(List<String> files) {
    return files.stream()
        .map(DependabotTest::folder)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @CsvSource({
    "npm, package\\.json",
    "pip, pyproject\\.toml",
    "docker-compose, docker-compose\\.yml"
  })
  void itHasTheFolderOfEachSuchFile(String ecosystem, String name) throws IOException {
    assertThat(folders(ecosystem)).isEqualTo(foldersOf(Repository.files("(?:.*/)?" + name)));
  }

  @Test
  void itReadsTheWorkflows() throws IOException {
    assertThat(folders("github-actions")).containsExactly("/");
  }

  /** Dependabot follows the modules of the root, those of profiles too. */
  @Test
  void everyPomIsThatOfAModule() throws IOException {
    assertThat(folders("maven")).containsExactly("/");
    Set<String> modules = new TreeSet<>(Set.of("/"));
    MODULE
        .matcher(Repository.text("pom.xml"))
        .results()
        .forEach(module -> modules.add("/" + module.group(1)));
    assertThat(foldersOf(Repository.files("(?:.*/)?pom\\.xml"))).isEqualTo(modules);
  }

  /** A pull request for one of them could only fail: its version is that of the server. */
  @Test
  void itLeavesTheServersLibrariesAlone() throws IOException {
    String pom = Repository.text("pom.xml");
    List<String> versions =
        PROPERTY
            .matcher(
                pom.substring(
                    pom.indexOf("On the server's class path already"),
                    pom.indexOf("<!-- Tests and development. -->")))
            .results()
            .map(property -> property.group(1))
            .toList();
    assertThat(versions).hasSizeGreaterThan(15);
    Set<String> libraries = new TreeSet<>();
    for (String file : Repository.files("(?:.*/)?pom\\.xml")) {
      DEPENDENCY
          .matcher(Repository.text(file))
          .results()
          .filter(found -> versions.contains(found.group(3)))
          .forEach(found -> libraries.add(found.group(1) + ":" + found.group(2)));
    }
    assertThat(libraries).hasSizeGreaterThan(15);
    List<Pattern> ignored = new ArrayList<>();
    for (JsonNode entry :
        new YAMLMapper().readTree(Repository.text(".github/dependabot.yml")).get("updates")) {
      if (entry.get("package-ecosystem").asText().equals("maven")) {
        for (JsonNode each : entry.get("ignore")) {
          ignored.add(
              Pattern.compile(
                  each.get("dependency-name").asText().replace(".", "\\.").replace("*", ".*")));
        }
      }
    }
    assertThat(libraries)
        .allMatch(library -> ignored.stream().anyMatch(name -> name.matcher(library).matches()));
    assertThat(ignored)
        .allMatch(name -> libraries.stream().anyMatch(each -> name.matcher(each).matches()));
  }

  /** It reads the line FROM, and no ARG. */
  @Test
  void theVersionOfAnImageIsWhereItIsRead() throws IOException {
    List<String> files = Repository.files("(?:.*/)?(?:[a-z-]+\\.)?Dockerfile");
    assertThat(files).hasSizeGreaterThan(4);
    assertThat(files).noneMatch(file -> VERSION_IN_ARGUMENT.matcher(Repository.text(file)).find());
    assertThat(folders("docker"))
        .isEqualTo(
            foldersOf(
                files.stream()
                    .filter(file -> VERSIONED_IMAGE.matcher(Repository.text(file)).find())
                    .toList()));
  }
}

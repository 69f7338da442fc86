package dev.bulwark.it.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
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

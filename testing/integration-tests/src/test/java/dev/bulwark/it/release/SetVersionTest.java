package dev.bulwark.it.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B9: one command sets the version of the project, in poms without a parent, texts to paste and the
 * clients too.
 */
class SetVersionTest {

  private static final String PYTHON = "clients/python/pyproject.toml";
  private static final String NODE = "clients/node/package.json";
  private static final String CI = "docs/ci/github-actions.yml";

  @TempDir Path folder;

  private List<String> files = List.of();

  @BeforeEach
  void copyTheFilesThatNameAVersion() throws IOException {
    files =
        Repository.files(
            "(?:.*/)?(?:pom\\.xml|README\\.md|__init__\\.py|pyproject\\.toml|package\\.json)|"
                + CI
                + "|\\.ci/set-version");
    assertThat(files).contains(PYTHON, NODE, CI, "pom.xml", "examples/quarkus/pom.xml");
    for (String file : files) {
      Files.createDirectories(folder.resolve(file).getParent());
      Files.copy(Repository.root().resolve(file), folder.resolve(file));
    }
    run("git init --quiet && git add .").expect(0);
  }

  /** A file that nobody has brought to the version of the others differs here. */
  @Test
  void eachFileHasTheVersionOfThePom() {
    String date = found("<project.build.outputTimestamp>([^T]*)T");
    run(".ci/set-version %s %s".formatted(version(), date)).expect(0);
    assertThat(files).allSatisfy(file -> assertThat(text(file)).isEqualTo(Repository.text(file)));
  }

  @Test
  void aReleaseChangesNothingButTheVersionAndItsDate() {
    String version = version();
    run(".ci/set-version 7.8.9 2031-02-03").expect(0);
    for (String file : files) {
      List<String> before = Repository.text(file).lines().toList();
      List<String> after = text(file).lines().toList();
      assertThat(after).as(file).hasSameSizeAs(before);
      for (int i = 0; i < before.size(); i++) {
        if (!after.get(i).equals(before.get(i))) {
          assertThat(after.get(i))
              .as(file)
              .containsAnyOf("7.8.9", ">2031-02-03T00:00:00Z</project.build.outputTimestamp>");
        }
      }
      assertThat(text(file)).as(file).doesNotContain("<version>" + version + "<");
    }
    assertThat(text("clients/spring-boot/apps/boot-4.1/pom.xml")).contains("<version>7.8.9<");
    assertThat(text("clients/java/README.md")).contains("<version>7.8.9<");
    assertThat(text(PYTHON)).contains("\nversion = \"7.8.9\"\n");
    assertThat(text("clients/python/src/bulwark_revocation/__init__.py"))
        .contains("__version__ = \"7.8.9\"");
    assertThat(text(NODE)).contains("  \"version\": \"7.8.9\",\n");
    assertThat(text(CI)).contains("ref: v7.8.9\n");
  }

  /** PyPI and npm spell a version that is no release in their own way. */
  @Test
  void aCandidateAndASnapshotHaveTheFormOfEachRegistry() {
    run(".ci/set-version 7.8.9-rc.1").expect(0);
    assertThat(text(PYTHON)).contains("\nversion = \"7.8.9rc1\"\n");
    assertThat(text(NODE)).contains("\"version\": \"7.8.9-rc.1\"");
    String candidate = text("pom.xml");

    run(".ci/set-version 7.9.0-SNAPSHOT").expect(0);
    assertThat(text(PYTHON)).contains("\nversion = \"7.9.0.dev0\"\n");
    assertThat(text(NODE)).contains("\"version\": \"7.9.0-dev.0\"");
    assertThat(text("pom.xml")).isEqualTo(candidate.replace("7.8.9-rc.1", "7.9.0-SNAPSHOT"));
    assertThat(text(CI)).contains("ref: v7.8.9-rc.1\n");
  }

  @Test
  void whatIsNoVersionIsRejected() {
    for (String version : List.of("v1.0.0", "1.0", "1.0.0.1", "1.0.0-beta")) {
      assertThat(run(".ci/set-version " + version).expect(1).output()).contains("neither");
    }
    assertThat(text("pom.xml")).isEqualTo(Repository.text("pom.xml"));
  }

  private static String version() {
    return found("<artifactId>bulwark-parent</artifactId>\\s*<version>([^<]+)<");
  }

  private static String found(String pattern) {
    Matcher found = Pattern.compile(pattern).matcher(Repository.text("pom.xml"));
    assertThat(found.find()).isTrue();
    return found.group(1);
  }

  private String text(String file) {
    try {
      return Files.readString(folder.resolve(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Commands.Result run(String script) {
    return Commands.bash(
        folder, Map.of("GIT_CONFIG_NOSYSTEM", "1", "HOME", folder.toString()), script);
  }
}

package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/promises.md} lists every promise that tests cite, and its tests exist and cite the
 * promise.
 */
class PromisesDocIT {

  /** {@code | R1 | text | `ATest`, `BIT` |}. */
  private static final Pattern ROW = Pattern.compile("\\| ([A-Z]\\d{1,2}) \\| .* \\| (.*) \\|");

  private static final Pattern TEST = Pattern.compile("`(\\w+(?:IT|Test))`");

  /** Before the class, not before a test of it. */
  private static final Pattern ONLY_FULL = Pattern.compile("(?m)^@Tag\\(\"full\"\\)");

  /** As tests cite it in their Javadoc: at the beginning, or in a list. */
  private static final Pattern CITED =
      Pattern.compile("\\b([PJOSKRTLBC]\\d{1,2})(?=[:,)]| and | with | on | against )");

  @Test
  void everyCitedPromiseIsListed() throws IOException {
    Set<String> cited = new TreeSet<>();
    for (Path test : tests().values()) {
      for (String line : Files.readAllLines(test)) {
        if (line.matches("\\s*(/\\*)?\\*.*")) {
          Matcher matcher = CITED.matcher(line);
          while (matcher.find()) {
            cited.add(matcher.group(1));
          }
        }
      }
    }
    assertThat(cited).hasSizeGreaterThan(20);
    assertThat(rows().keySet()).containsAll(cited);
  }

  @Test
  void everyNamedTestExistsAndCitesItsPromise() throws IOException {
    Map<String, Path> tests = tests();
    Map<String, List<String>> rows = rows();
    assertThat(rows).hasSizeGreaterThan(50);
    for (Map.Entry<String, List<String>> row : rows.entrySet()) {
      for (String name : row.getValue()) {
        assertThat(tests).as("the tests of %s", row.getKey()).containsKey(name);
        assertThat(Files.readString(tests.get(name))).as(name).contains(row.getKey());
      }
    }
  }

  /** Each build shows it, and not only one with the profile {@code full}. */
  @Test
  void everyPromiseWithTestsHasOneInEachBuild() throws IOException {
    Map<String, Path> tests = tests();
    for (Map.Entry<String, List<String>> row : rows().entrySet()) {
      List<String> inEachBuild = new ArrayList<>();
      for (String name : row.getValue()) {
        if (!ONLY_FULL.matcher(Files.readString(tests.get(name))).find()) {
          inEachBuild.add(name);
        }
      }
      assertThat(row.getValue().isEmpty() || !inEachBuild.isEmpty())
          .as("%s has tests with the tag full only: %s", row.getKey(), row.getValue())
          .isTrue();
    }
  }

  private static Map<String, List<String>> rows() {
    Map<String, List<String>> rows = new TreeMap<>();
    Repository.text("docs/promises.md")
        .lines()
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .forEach(
            row ->
                rows.put(
                    row.group(1),
                    TEST.matcher(row.group(2)).results().map(test -> test.group(1)).toList()));
    return rows;
  }

  /** The tests of all modules by their name. */
  private static Map<String, Path> tests() throws IOException {
    Map<String, Path> tests = new TreeMap<>();
    try (Stream<Path> modules = Files.list(Repository.root())) {
      for (Path module : modules.filter(Files::isDirectory).toList()) {
        Path sources = module.resolve("src/test/java");
        if (Files.isDirectory(sources)) {
          try (Stream<Path> files =
              Files.find(
                  sources, 20, (path, of) -> path.toString().matches(".*(IT|Test)\\.java"))) {
            files.forEach(
                path -> tests.put(path.getFileName().toString().replace(".java", ""), path));
          }
        }
      }
    }
    return tests;
  }
}

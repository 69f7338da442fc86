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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/promises.md} lists every promise that code and tests cite, and its tests exist and
 * cite the promise.
 */
class PromisesDocTest {

  /** {@code | R1 | text | `ATest`, `BIT` |}. */
  private static final Pattern ROW = Pattern.compile("\\| ([A-Z]\\d{1,2}) \\| .* \\| (.*) \\|");

  private static final Pattern TEST = Pattern.compile("`(\\w+(?:IT|Test))`");

  /** Before the class, not before a test of it. */
  private static final Pattern IN_LONGER_BUILDS =
      Pattern.compile("(?m)^@Tag\\(\"(?:full|slow|upgrade)\"\\)");

  /** As code and tests cite it in their comments: at the beginning, or in a list. */
  private static final Pattern CITED =
      Pattern.compile("\\b([PJOSKRTLBC]\\d{1,2})(?=[:,)]| and | with | on | against )");

  @Test
  void everyCitedPromiseIsListed() throws IOException {
    Set<String> cited = new TreeSet<>();
    for (Path source : sources(".*\\.java")) {
      for (String line : Files.readAllLines(source)) {
        if (line.matches("\\s*(/\\*)?\\*.*|\\s*//.*")) {
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
    Map<String, List<Path>> tests = tests();
    Map<String, List<String>> rows = rows();
    assertThat(rows).hasSizeGreaterThan(50);
    for (Map.Entry<String, List<String>> row : rows.entrySet()) {
      for (String name : row.getValue()) {
        assertThat(citing(row.getKey(), tests.get(name)))
            .as("tests called %s that cite %s", name, row.getKey())
            .hasSize(1);
      }
    }
  }

  /** Each build shows it, and not only one with the profile {@code slow} or {@code full}. */
  @Test
  void everyPromiseWithTestsHasOneInEachBuild() throws IOException {
    Map<String, List<Path>> tests = tests();
    for (Map.Entry<String, List<String>> row : rows().entrySet()) {
      List<String> inEachBuild = new ArrayList<>();
      for (String name : row.getValue()) {
        for (Path test : citing(row.getKey(), tests.get(name))) {
          if (!IN_LONGER_BUILDS.matcher(Files.readString(test)).find()) {
            inEachBuild.add(name);
          }
        }
      }
      assertThat(row.getValue().isEmpty() || !inEachBuild.isEmpty())
          .as("%s has tests of longer builds only: %s", row.getKey(), row.getValue())
          .isTrue();
    }
  }

  /** Those that cite it: modules have tests of the same name. */
  private static List<Path> citing(String promise, @Nullable List<Path> tests) throws IOException {
    Pattern id = Pattern.compile("\\b" + promise + "\\b");
    List<Path> citing = new ArrayList<>();
    for (Path test : tests == null ? List.<Path>of() : tests) {
      if (id.matcher(Files.readString(test)).find()) {
        citing.add(test);
      }
    }
    return citing;
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
  private static Map<String, List<Path>> tests() throws IOException {
    return sources("test/java/.*(IT|Test)\\.java").stream()
        .collect(Collectors.groupingBy(path -> path.getFileName().toString().replace(".java", "")));
  }

  /** The Java files of all modules whose path matches. */
  private static List<Path> sources(String pattern) throws IOException {
    return Repository.files(".+/src/" + pattern).stream().map(Repository.root()::resolve).toList();
  }
}

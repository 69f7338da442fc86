package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The guides {@code docs/security} and {@code docs/asvs} name no test that does not exist, and some
 * for each promise and each requirement that they call met.
 */
class SecurityDocIT {

  private static final Pattern ASVS_ROW =
      Pattern.compile("(?m)^\\| (\\d+\\.\\d+\\.\\d+) \\| ([123]) \\| ([A-Z][a-z ]+) \\|");

  /** A row of the overview's list of what is not met. */
  private static final Pattern UNMET =
      Pattern.compile("(?m)^\\| \\[(\\d+\\.\\d+\\.\\d+)]\\([^)]+\\) \\| ([123]) \\|");

  private static final List<String> STATES =
      List.of("Met", "Keycloak", "Operator", "Not met", "Not applicable");

  private static final Pattern TEST = Pattern.compile("`(\\w+(?:IT|Test))`");

  /** A row of a table whose state, or whose "how", begins with "Met". */
  private static final Pattern MET = Pattern.compile("(?m)^\\|(?:[^|]*\\|){1,3} Met\\b[^|]*\\|.*$");

  /** What is not shown by a test: by a script that is run by hand, or by reading a file. */
  private static final Pattern ELSEWHERE = Pattern.compile("`(docker/check)`|read: `([^`]+)`");

  @ParameterizedTest
  @ValueSource(strings = {"security", "asvs"})
  void everyTestThatIsNamedExists(String guide) throws IOException {
    Set<String> named = new TreeSet<>();
    Matcher matcher = TEST.matcher(Repository.guide(guide));
    while (matcher.find()) {
      named.add(matcher.group(1));
    }
    assertThat(named).hasSizeGreaterThan(15);
    assertThat(tests()).containsAll(named);
  }

  @ParameterizedTest
  @ValueSource(strings = {"security", "asvs"})
  void everyRowThatIsMetIsShown(String guide) throws IOException {
    List<String> rows =
        MET.matcher(Repository.guide(guide)).results().map(MatchResult::group).toList();
    assertThat(rows).hasSizeGreaterThan(60);
    for (String row : rows) {
      List<MatchResult> elsewhere = ELSEWHERE.matcher(row).results().toList();
      assertThat(TEST.matcher(row).find() || !elsewhere.isEmpty()).as(row).isTrue();
      for (MatchResult file : elsewhere) {
        String path = file.group(1) == null ? file.group(2) : file.group(1);
        assertThat(Repository.root().resolve(path)).as(row).exists();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "T1", "T2", "T3", "T4", "T5", "K3", "K4",
        "K5", "K6", "P10", "S1", "S2", "J1", "J2", "J3", "J5"
      })
  void everyPromiseNamesItsTests(String row) throws IOException {
    assertThat(Repository.guide("security").lines().filter(l -> l.startsWith("| " + row + " |")))
        .singleElement()
        .satisfies(line -> assertThat(TEST.matcher(line).results()).isNotEmpty());
  }

  /** The chapters 3, 4, 6 to 16 of ASVS 5.0.0 have 277 requirements. */
  @Test
  void everyRequirementOfTheAsvsHasARow() throws IOException {
    List<MatchResult> rows = ASVS_ROW.matcher(Repository.guide("asvs")).results().toList();
    assertThat(rows.stream().map(row -> row.group(1)).distinct()).hasSize(277);
    assertThat(rows).hasSize(277);
    assertThat(rows.stream().map(row -> row.group(3)))
        .allSatisfy(state -> assertThat(STATES).contains(state));
    for (String state : STATES) {
      for (String level : List.of("1", "2", "3")) {
        long count =
            rows.stream()
                .filter(row -> row.group(2).equals(level) && row.group(3).equals(state))
                .count();
        assertThat(total(state, level)).as(state + ", level " + level).isEqualTo(count);
      }
    }
  }

  @Test
  void theOverviewHasEveryRequirementOfTheAsvsThatIsNotMet() throws IOException {
    List<String> listed =
        UNMET
            .matcher(Repository.text("docs/asvs.md"))
            .results()
            .map(row -> row.group(1) + ", level " + row.group(2))
            .toList();
    List<String> unmet =
        ASVS_ROW
            .matcher(Repository.guide("asvs"))
            .results()
            .filter(row -> row.group(3).equals("Not met"))
            .map(row -> row.group(1) + ", level " + row.group(2))
            .toList();
    assertThat(listed).isNotEmpty().containsExactlyInAnyOrderElementsOf(unmet);
  }

  /** What the table at the head of the document says. */
  private static long total(String state, String level) throws IOException {
    String line =
        Repository.text("docs/asvs.md")
            .lines()
            .filter(row -> row.startsWith("| " + state + " |"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.split("\\|")[1 + Integer.parseInt(level)].trim());
  }

  private static Set<String> tests() throws IOException {
    try (Stream<Path> files =
        Files.find(
            Repository.root().resolve("integration-tests/src/test/java"),
            20,
            (path, attributes) -> path.toString().endsWith("IT.java"))) {
      return files
          .map(path -> path.getFileName().toString().replace(".java", ""))
          .collect(Collectors.toSet());
    }
  }
}

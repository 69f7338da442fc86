package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The guides {@code docs/security} and {@code docs/asvs} name no test that does not exist, and some
 * for each promise and each requirement that they call met.
 */
class SecurityDocTest {

  private static final Pattern ASVS_ROW =
      Pattern.compile("(?m)^\\| (\\d+\\.\\d+\\.\\d+) \\| ([123]) \\| ([A-Z][a-z ]+) \\|");

  /** The one list of what is not met. */
  private static final String LIST = "docs/security/unmet.md";

  /** A row of its part about the ASVS. */
  private static final Pattern UNMET =
      Pattern.compile("(?m)^\\| \\[(\\d+\\.\\d+\\.\\d+)]\\([^)]+\\) \\| ([123]) \\|");

  private static final List<String> STATES =
      List.of("Met", "Keycloak", "Operator", "Not met", "Not applicable");

  /** Requirements of the ASVS that the first cell of a row names, as "ASVS 7.2.1–7.2.4, 7.3.1". */
  private static final Pattern NAMED =
      Pattern.compile("ASVS ((?:\\d+\\.\\d+\\.\\d+(?:–\\d+\\.\\d+\\.\\d+)?(?:, )?)+)");

  private static final Pattern NUMBERS =
      Pattern.compile("(\\d+\\.\\d+)\\.(\\d+)(?:–\\d+\\.\\d+\\.(\\d+))?");

  private static final Pattern NOT_MET = Pattern.compile("(?i)\\*\\*not met\\*\\*");

  /** What a cell says where a requirement has a state. */
  private static final Map<String, Pattern> SAID =
      Map.of(
          "Met", Pattern.compile("(?i)(?<!not )\\bmet\\b"),
          "Keycloak", Pattern.compile("Keycloak"),
          "Operator", Pattern.compile("\\*\\*Operator\\*\\*"),
          "Not met", NOT_MET);

  private static final Pattern TEST = Pattern.compile("`(\\w+(?:IT|Test))`");

  /** A row of a table whose state, or whose "how", begins with "Met". */
  private static final Pattern MET = Pattern.compile("(?m)^\\|(?:[^|]*\\|){1,3} Met\\b[^|]*\\|.*$");

  /** What is not shown by a test: by a script that is run by hand, or by reading a file. */
  private static final Pattern ELSEWHERE =
      Pattern.compile("`(deploy/docker/check)`|read: `([^`]+)`");

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

  /** The chapters 1 to 4 and 6 to 16 of ASVS 5.0.0 have 320 requirements. */
  @Test
  void everyRequirementOfTheAsvsHasARow() throws IOException {
    List<MatchResult> rows = ASVS_ROW.matcher(Repository.guide("asvs")).results().toList();
    assertThat(rows.stream().map(row -> row.group(1)).distinct()).hasSize(320);
    assertThat(rows).hasSize(320);
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
  void theListHasEveryRequirementOfTheAsvsThatIsNotMet() throws IOException {
    List<String> listed =
        UNMET
            .matcher(Repository.text(LIST))
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

  @Test
  void theListHasEveryOtherRequirementThatIsNotMet() throws IOException {
    List<String> unmet = new ArrayList<>();
    for (String page : List.of("docs/security.md", "docs/security/standards.md")) {
      for (String[] cells : rows(page)) {
        if (NOT_MET.matcher(cells[2]).find() && asvs(cells[1]).isEmpty()) {
          unmet.add(cells[1].strip());
        }
      }
    }
    List<String> listed =
        Repository.text(LIST)
            .lines()
            .dropWhile(line -> !line.equals("## Other requirements"))
            .filter(line -> line.startsWith("| ["))
            .map(line -> line.split("\\|")[2].strip())
            .toList();
    assertThat(listed).isNotEmpty().containsExactlyInAnyOrderElementsOf(unmet);
  }

  /** The list counts its own rows, and those of the ASVS that are left to the operator. */
  @Test
  void theListCountsRight() throws IOException {
    String list = Repository.text(LIST);
    List<MatchResult> rows = ASVS_ROW.matcher(Repository.guide("asvs")).results().toList();
    long asvs = UNMET.matcher(list).results().count();
    long other = list.lines().filter(line -> line.startsWith("| [")).count() - asvs;
    long operator = rows.stream().filter(row -> row.group(3).equals("Operator")).count();
    assertThat(list)
        .contains("ASVS 5.0 | " + asvs + " |")
        .contains("of this repository | " + other + " |")
        .contains("(state *Operator*) | " + operator + " |");
  }

  /** A requirement has the same state in the guide by subject as in the one by number. */
  @Test
  void bothGuidesAgree() throws IOException {
    Map<String, String> states =
        ASVS_ROW
            .matcher(Repository.guide("asvs"))
            .results()
            .collect(Collectors.toMap(row -> row.group(1), row -> row.group(3)));
    int compared = 0;
    for (String[] cells : rows("docs/security.md")) {
      List<String> numbers = asvs(cells[1]);
      for (String number : numbers) {
        String state = states.getOrDefault(number, "none");
        assertThat(SAID).as("%s has a state", number).containsKey(state);
        assertThat(cells[2])
            .as("%s is %s in docs/asvs", number, state)
            .containsPattern(SAID.getOrDefault(state, NOT_MET));
        compared++;
      }
      if (!numbers.isEmpty() && NOT_MET.matcher(cells[2]).find()) {
        assertThat(numbers).as(cells[2]).anyMatch(each -> "Not met".equals(states.get(each)));
      }
    }
    assertThat(compared).isGreaterThan(80);
  }

  /** The cells of the rows of all tables; the first one is empty. */
  private static List<String[]> rows(String page) {
    return Repository.text(page)
        .lines()
        .filter(line -> line.startsWith("| "))
        .map(line -> line.split("\\|"))
        .toList();
  }

  private static List<String> asvs(String cell) {
    List<String> numbers = new ArrayList<>();
    for (MatchResult named : NAMED.matcher(cell).results().toList()) {
      for (MatchResult each : NUMBERS.matcher(named.group(1)).results().toList()) {
        int first = Integer.parseInt(each.group(2));
        int last = each.group(3) == null ? first : Integer.parseInt(each.group(3));
        for (int i = first; i <= last; i++) {
          numbers.add(each.group(1) + "." + i);
        }
      }
    }
    return numbers;
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
    return Repository.files(".+/src/test/java/.+(?:IT|Test)\\.java").stream()
        .map(path -> path.substring(path.lastIndexOf('/') + 1).replace(".java", ""))
        .collect(Collectors.toSet());
  }
}

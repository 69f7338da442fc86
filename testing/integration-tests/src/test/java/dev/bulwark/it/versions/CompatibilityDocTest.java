package dev.bulwark.it.versions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** B7: each row of the table in {@code docs/compatibility.md} is a test of the matrix. */
class CompatibilityDocTest {

  /** {@code | part | no | no | no | yes | `ATest` |}. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| .+ (?:\\| (?:yes|no) ){2}\\| `(\\w+)` \\|$");

  @Test
  void theMatrixRunsTheTestOfEachRow() {
    String matrix = Repository.text("testing/integration-tests/matrix");
    List<String> tests =
        ROW.matcher(Repository.text("docs/compatibility.md"))
            .results()
            .map(row -> row.group(1))
            .toList();
    assertThat(tests).hasSizeGreaterThan(15);
    assertThat(tests)
        .filteredOn(test -> !test.equals(PartsIT.class.getSimpleName()))
        .allMatch(test -> matrix.contains("," + test));
    assertThat(matrix).contains("dev/bulwark/it/versions/*IT");
  }
}

package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docs/security.md} names no test that does not exist, and some for each promise. */
class SecurityDocIT {

  private static final Pattern TEST = Pattern.compile("`(\\w+(?:IT|Test))`");

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    Set<String> named = new TreeSet<>();
    Matcher matcher = TEST.matcher(Repository.text("docs/security.md"));
    while (matcher.find()) {
      named.add(matcher.group(1));
    }
    assertThat(named).hasSizeGreaterThan(15);
    assertThat(tests()).containsAll(named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "L1", "L2", "L3", "L4", "L5", "L6", "L8", "T1", "T2", "T3", "T4", "T5", "S1", "S2", "J1",
        "J2", "J3", "J5"
      })
  void everyPromiseNamesItsTests(String row) throws IOException {
    assertThat(
            Repository.text("docs/security.md")
                .lines()
                .filter(l -> l.startsWith("| " + row + " |")))
        .singleElement()
        .satisfies(line -> assertThat(TEST.matcher(line).results()).isNotEmpty());
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

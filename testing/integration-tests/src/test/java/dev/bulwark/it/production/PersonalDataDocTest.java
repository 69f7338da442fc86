package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/personal-data.md and docs/operations/removal.md name every table of the bundle. */
class PersonalDataDocTest {

  private static final Pattern TABLE = Pattern.compile("<createTable\\s+tableName=\"(\\w+)\"");

  @Test
  void everyTableIsListedWithItsRetention() throws IOException {
    assertThat(rows("docs/personal-data.md")).containsAll(tables());
  }

  @Test
  void everyTableIsInTheGuideForTheRemoval() throws IOException {
    String guide = Repository.text("docs/operations/removal.md");
    assertThat(tables())
        .allSatisfy(table -> assertThat(guide).contains("DROP TABLE IF EXISTS " + table + ";"));
  }

  private static Set<String> tables() throws IOException {
    Set<String> tables =
        Repository.files(".*/src/main/resources/META-INF/[a-z-]+-changelog\\.xml").stream()
            .flatMap(file -> TABLE.matcher(Repository.text(file)).results())
            .map(found -> found.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(tables).hasSizeGreaterThan(15);
    return tables;
  }

  /** The tables that the rows of a page begin with. */
  private static Set<String> rows(String page) {
    return Repository.text(page)
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.split("\\|")[1])
        .flatMap(cell -> Pattern.compile("`(BULWARK_\\w+)`").matcher(cell).results())
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
  }
}

package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/upgrade-keycloak} lists every internal type of Keycloak that the bundle uses, and
 * says of each package why.
 */
class UpgradeDocTest {

  private static final String DOCUMENT = "docs/upgrade-keycloak.md";
  private static final String LIST = "docs/upgrade-keycloak/types.md";

  private static final String BEGIN = "<!-- generated -->\n```text\n";
  private static final String END = "```\n<!-- end -->\n";

  /** {@code | keycloak-services | `authentication` `utils` | why | what to check |}. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (keycloak-[a-z-]+) \\| ([^|]+) \\| [^|]+ \\| [^|]+ \\|$");

  private static final Pattern NAME = Pattern.compile("`([^`]*)`");

  private static KeycloakTypes types;

  @BeforeAll
  static void read() throws IOException {
    types = KeycloakTypes.ofBundle();
  }

  @Test
  void theListIsThatOfTheBundle() {
    assertThat(types.byJar()).containsKeys("keycloak-services", "keycloak-model-jpa");
    if (Repository.isWritten()) {
      String document = Repository.text(LIST);
      Repository.write(
          LIST, document.replace(BEGIN + list(document) + END, BEGIN + types.text() + END));
    }
    assertThat(list(Repository.text(LIST)))
        .as(
            "the bundle uses other internal types of Keycloak than %s lists: run this test with"
                + " -Dbulwark.write-docs=true, then complete the table of %s",
            LIST, DOCUMENT)
        .isEqualTo(types.text());
  }

  @Test
  void everyPackageHasItsReason() {
    Map<String, List<String>> documented = new TreeMap<>();
    ROW.matcher(Repository.text(DOCUMENT))
        .results()
        .forEach(
            row -> {
              Matcher names = NAME.matcher(row.group(2));
              documented.merge(
                  row.group(1),
                  names.results().map(name -> name.group(1)).toList(),
                  (some, more) -> Stream.concat(some.stream(), more.stream()).toList());
            });
    assertThat(documented.keySet()).isEqualTo(types.byJar().keySet());
    documented.forEach(
        (jar, packages) -> {
          List<String> used = types.packages(jar);
          assertThat(used)
              .as("packages of %s without a reason in %s", jar, DOCUMENT)
              .allMatch(name -> packages.stream().anyMatch(row -> isIn(name, row)));
          assertThat(packages)
              .as("packages of %s that the bundle does not use any more", jar)
              .doesNotHaveDuplicates()
              .allMatch(row -> used.stream().anyMatch(name -> isIn(name, row)));
        });
  }

  private static String list(String document) {
    return document.substring(document.indexOf(BEGIN) + BEGIN.length(), document.indexOf(END));
  }

  /** The package, or one below it. */
  private static boolean isIn(String name, String row) {
    return name.equals(row) || name.startsWith(row + ".");
  }
}

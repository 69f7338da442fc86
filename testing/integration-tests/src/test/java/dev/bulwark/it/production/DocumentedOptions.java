package dev.bulwark.it.production;

import dev.bulwark.it.support.Repository;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The options of the server that the documents have, and those that a file uses. */
final class DocumentedOptions {

  private static final Pattern OPTION = Pattern.compile("spi-[a-z0-9-]+--[a-z0-9-]+--[a-z0-9-]+");
  private static final Pattern VARIABLE =
      Pattern.compile("KC_SPI_[A-Z0-9_]+?__[A-Z0-9_]+?__[A-Z0-9_]+");

  private static final Pattern ROW =
      Pattern.compile("\\| `--(spi-[^`]+--)` \\|.*\\(\\.\\./([a-z/-]+)/README\\.md#[a-z-]+\\)");
  private static final Pattern NAME = Pattern.compile("^\\| `([a-z0-9-]+)` \\|", Pattern.MULTILINE);

  private DocumentedOptions() {}

  /** Those of the table in {@code docs/configuration.md}, with the READMEs that it links. */
  static Set<String> all() {
    // Keycloak's own: without it successful events are not in the log.
    Set<String> known = new TreeSet<>(Set.of("spi-events-listener--jboss-logging--success-level"));
    Repository.text("docs/configuration.md")
        .lines()
        .flatMap(DocumentedOptions::ofRow)
        .forEach(known::add);
    return known;
  }

  /** Those that a text names, also by their variables. */
  static Set<String> in(String text) {
    return Stream.concat(
            OPTION.matcher(text).results().map(MatchResult::group),
            VARIABLE.matcher(text).results().map(each -> ofVariable(each.group())))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Of a variable, as {@code KC_SPI_REDIS_CONNECTION__DEFAULT__URL}. */
  private static String ofVariable(String variable) {
    return variable
        .substring("KC_".length())
        .toLowerCase(Locale.ROOT)
        .replace("__", "--")
        .replace('_', '-');
  }

  /** Options of a row of the table: its prefix, and the names in the README that it links. */
  private static Stream<String> ofRow(String row) {
    return ROW.matcher(row)
        .results()
        .flatMap(
            found ->
                NAME.matcher(Repository.text(found.group(2) + "/README.md"))
                    .results()
                    .map(name -> found.group(1) + name.group(1)));
  }
}

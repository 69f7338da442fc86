package dev.bulwark.it.observability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** B11: docs/operations names the limit at which each rule for Prometheus fires. */
class AlertsDocTest {

  private static final Pattern RULE =
      Pattern.compile(
          "- alert: (\\w+)\\s+expr: '(.*)'\\s+for: (\\d+)m\\s+labels:\\s+severity: (\\w+)");

  /** "> 0" is that of a counter which has grown. */
  private static final Pattern LIMIT =
      Pattern.compile("(?:[<>]|==) (?!(?<=> )0(?![.\\d]))([\\d.]+)");

  private static final Pattern AGGREGATION =
      Pattern.compile("\\b(?:sum|max|min|avg|count|group)\\b([^(]*\\(\\w+)");

  private static final Pattern GROWTH = Pattern.compile("increase\\([^\\[]+\\[(\\d+)m]\\)");

  /**
   * A rule.
   *
   * @param section of the page, on one line; empty if there is none
   */
  record Alert(String name, String expression, int minutes, String severity, String section) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Alert> alerts() throws IOException {
    Map<String, String> sections = new HashMap<>();
    for (String page : ShippedQueries.ALERT_PAGES) {
      Arrays.stream(Repository.text("docs/operations/" + page).split("(?m)^## "))
          .skip(1)
          .map(section -> section.split("\n", 2))
          .forEach(part -> sections.put(part[0], part[1].replaceAll("\\s+", " ")));
    }
    return RULE.matcher(Files.readString(ShippedQueries.RULES))
        .results()
        .map(
            rule ->
                new Alert(
                    rule.group(1),
                    rule.group(2),
                    Integer.parseInt(rule.group(3)),
                    rule.group(4),
                    sections.getOrDefault(rule.group(1), "")))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void theSectionBeginsWithTheLimitOfTheRule(Alert alert) {
    List<String> named = new ArrayList<>(ShippedQueries.metrics(alert.expression()));
    named.add(time(alert.minutes()));
    named.addAll(found(LIMIT, alert.expression()));
    found(GROWTH, alert.expression())
        .forEach(minutes -> named.add("grown within " + minutes + " minutes"));
    assertThat(alert.section())
        .startsWithIgnoringCase("*" + alert.severity() + ".* Fires ")
        .contains(named);
  }

  /** Else what is well in one environment hides what is not in another. */
  @ParameterizedTest
  @MethodSource("alerts")
  void theRuleLooksAtEachNamespaceByItself(Alert alert) {
    assertThat(found(AGGREGATION, alert.expression()))
        .isNotEmpty()
        .allMatch(grouping -> grouping.startsWith(" by (namespace"));
  }

  private static String time(int minutes) {
    return switch (minutes) {
      case 0 -> " at once ";
      case 1 -> " for 1 minute";
      default -> " for " + minutes + " minutes";
    };
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(match -> match.group(1)).distinct().toList();
  }
}

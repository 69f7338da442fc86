package dev.bulwark.it.observability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What is in {@code deploy/observability} and the pages that name metrics. */
final class ShippedQueries {

  static final Path ROOT = Path.of("../..");
  static final Path FOLDER = ROOT.resolve("deploy").resolve("observability");
  static final Path RULES = FOLDER.resolve("prometheus").resolve("bulwark-rules.yml");

  private static final Pattern METRIC = Pattern.compile("bulwark_[a-z_]+");

  /** Either form; no package, and no name that goes on with a hyphen. */
  private static final Pattern METER =
      Pattern.compile("(?<![a-z._-])bulwark[._][a-z_.]+(?![a-z_.-])");

  private static final Pattern EXPRESSION = Pattern.compile("(?m)^ +expr: '(.*)'$");
  private static final Pattern INCREASE = Pattern.compile("increase\\(([^\\[]+)\\[");
  private static final Pattern RUNBOOK =
      Pattern.compile("(?m)operations/(alerts(?:-logins)?\\.md#[a-z]+)$");

  private ShippedQueries() {}

  /** The names of the pages with instructions for alerts, in {@code docs/operations}. */
  static final List<String> ALERT_PAGES = List.of("alerts.md", "alerts-logins.md");

  /** Panel to query, of both dashboards, with values for the variables of Grafana. */
  static Map<String, String> panels() throws IOException {
    Map<String, String> queries = new TreeMap<>();
    for (String dashboard : List.of("bulwark-service-levels", "bulwark-migration-capacity")) {
      Path file = FOLDER.resolve("grafana").resolve(dashboard + ".json");
      for (JsonNode panel : new ObjectMapper().readTree(file.toFile()).get("panels")) {
        for (JsonNode target : panel.path("targets")) {
          String name =
              dashboard + ": " + panel.get("title").asText() + " " + target.get("refId").asText();
          queries.put(
              name,
              target
                  .get("expr")
                  .asText()
                  .replace("$namespace", ".*")
                  .replace("$instance", ".*")
                  .replace("$__rate_interval", "1m"));
        }
      }
    }
    return queries;
  }

  /** The expressions of the alerts. */
  static List<String> alerts() throws IOException {
    return EXPRESSION
        .matcher(Files.readString(RULES))
        .results()
        .map(found -> found.group(1).replace("''", "'"))
        .toList();
  }

  /** The expression of an alert. */
  static String alert(String name) throws IOException {
    Matcher rule =
        Pattern.compile("- alert: " + name + "\\s+expr: '(.*)'\n").matcher(Files.readString(RULES));
    if (!rule.find()) {
      throw new AssertionError("no alert " + name);
    }
    return rule.group(1).replace("''", "'");
  }

  /** The selectors of the counters whose growth an alert watches. Can be changed. */
  static List<String> countersOfAlerts() throws IOException {
    return INCREASE
        .matcher(String.join("\n", alerts()))
        .results()
        .map(found -> found.group(1))
        .distinct()
        .collect(Collectors.toCollection(ArrayList::new));
  }

  /** The sections in {@code docs/operations} that the alerts link to: page and anchor. */
  static List<String> runbooks() throws IOException {
    return RUNBOOK.matcher(Files.readString(RULES)).results().map(m -> m.group(1)).toList();
  }

  /** The metrics that a text names, without what Prometheus appends to histograms. */
  static TreeSet<String> metrics(String text) {
    Matcher matcher = METRIC.matcher(text);
    return matcher
        .results()
        .map(found -> found.group().replaceAll("_(bucket|count|sum|max|)$", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * The meters that a text names, in Micrometer's form or in that of Prometheus, without what
   * Prometheus appends for their kind and unit.
   */
  static TreeSet<String> meters(String text) {
    return METER
        .matcher(text)
        .results()
        .map(found -> found.group().replace('.', '_'))
        .map(name -> name.replaceAll("(_(total|seconds|bytes|bucket|count|sum|max|))+$", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}

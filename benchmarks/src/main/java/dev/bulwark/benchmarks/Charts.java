package dev.bulwark.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Draws the charts of the documents from the result files in {@code benchmarks/results}. */
final class Charts {

  private static final String IMAGES = "docs/images/benchmarks/";

  /**
   * The chart of the README: a choice of figures of all suites.
   *
   * @param title of the chart
   * @param note below the title
   */
  record Choice(String title, String note, List<Chosen> bars) {

    /** A row of a result file, with a shorter name. */
    record Chosen(String label, String suite, String figure) {}
  }

  private Charts() {}

  /** Writes all charts. */
  static void draw(Path root) throws IOException {
    Files.createDirectories(root.resolve(IMAGES));
    for (Map.Entry<String, String> chart : all(root).entrySet()) {
      Path file = root.resolve(chart.getKey());
      Files.writeString(file, chart.getValue());
      Progress.say(chart.getKey());
    }
  }

  /** Returns the content of each file, by its path in the repository. */
  static Map<String, String> all(Path root) throws IOException {
    Map<String, Result> results = new TreeMap<>();
    try (Stream<Path> files = Files.list(root.resolve("benchmarks/results"))) {
      for (Path file : files.filter(file -> file.toString().endsWith(".json")).toList()) {
        Result result = Result.read(file);
        results.put(result.suite(), result);
      }
    }
    Map<String, String> charts = new TreeMap<>();
    results.forEach((suite, result) -> charts.put(IMAGES + suite + ".svg", result.chart().svg()));
    Choice choice =
        new ObjectMapper()
            .readValue(root.resolve("benchmarks/cost-chart.json").toFile(), Choice.class);
    charts.put(IMAGES + "cost.svg", chart(choice, results).svg());
    return charts;
  }

  private static BarChart chart(Choice choice, Map<String, Result> results) {
    List<BarChart.Bar> bars = new ArrayList<>();
    for (Choice.Chosen chosen : choice.bars()) {
      Result result = results.get(chosen.suite());
      if (result == null) {
        throw new IllegalStateException("no result file of suite " + chosen.suite());
      }
      Result.Row row =
          result.rows().stream()
              .filter(each -> each.figure().equals(chosen.figure()))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "no figure '"
                              + chosen.figure()
                              + "' in the result file of suite "
                              + chosen.suite()));
      bars.add(Result.bar(chosen.label(), row));
    }
    return new BarChart(choice.title(), choice.note(), bars);
  }
}

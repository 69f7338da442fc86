package dev.bulwark.benchmarks;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run of a suite has measured, as its result file has it. Immutable.
 *
 * @param run when, and on which machine
 */
record Result(String suite, String run, List<Row> rows) {

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * A row of the table.
   *
   * @param bound null where nothing is promised, or nothing that is a number
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Row(
      String figure,
      String median,
      String spread,
      String target,
      String measured,
      @Nullable Bound bound) {}

  static Result read(Path file) throws IOException {
    return MAPPER.readValue(file.toFile(), Result.class);
  }

  void write(Path file) throws IOException {
    Files.writeString(file, MAPPER.writeValueAsString(this) + "\n");
  }

  /** Returns the chart of all rows that have a bound. */
  BarChart chart() {
    return new BarChart(
        "Suite " + suite + ": measured, as a share of what is promised",
        run,
        rows.stream()
            .filter(row -> row.bound() != null)
            .map(row -> bar(row.figure(), row))
            .toList());
  }

  static BarChart.Bar bar(String label, Row row) {
    Bound bound = row.bound();
    if (bound == null) {
      throw new IllegalArgumentException("nothing is promised for " + row.figure());
    }
    String text = row.measured() + "; promised: " + row.target();
    return new BarChart.Bar(
        label.replace("`", ""), text.replace("*", "").replace("`", ""), bound.share(), bound.met());
  }
}

package dev.bulwark.benchmarks;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Collects the rows of one run. For one thread. */
public final class Report {

  private static final String NONE = "–";

  private final List<Row> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private record Row(String figure, String median, String spread, String target, String measured) {}

  /** A figure that others are compared with. */
  public void figure(String figure, String median, String spread) {
    add(figure, median, spread);
  }

  /**
   * A figure with a target that is a number.
   *
   * @param measured what is compared with the target, as text
   */
  public void target(
      String figure, String median, String spread, String target, String measured, Bound bound) {
    target(figure, median, spread, target, measured, bound.met());
  }

  /**
   * A figure with a target that is no number, or more than one.
   *
   * @param measured what is compared with the target, as text
   * @param met whether it is kept
   */
  public void target(
      String figure, String median, String spread, String target, String measured, boolean met) {
    rows.add(new Row(figure, median, spread, target, judged(measured, met)));
  }

  private static String judged(String measured, boolean met) {
    return measured + (met ? ", met" : ", **missed**");
  }

  private void add(String figure, String median, String spread) {
    rows.add(new Row(figure, median, spread, NONE, NONE));
  }

  /** A figure that this machine cannot give. */
  public void missing(String figure, String reason) {
    add(figure, "not measured: " + firstLine(reason), NONE);
  }

  /**
   * A part that could not be measured although nothing is lacking.
   *
   * @param reason any text; its first line is told
   */
  public void failed(String part, String reason) {
    add(part, "**failed**: " + firstLine(reason), NONE);
  }

  /** A sentence below the table. */
  public void note(String sentence) {
    notes.add(sentence);
  }

  /** As a cell of the table can hold it. */
  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("").replace("|", "\\|");
  }

  /** The table with what is needed to judge it. */
  public String markdown(String suite, Plan plan) {
    StringBuilder text = new StringBuilder();
    text.append("Suite `").append(suite).append("`, ").append(LocalDate.now());
    text.append(", ").append(Machine.describe());
    if (plan.quick()) {
      text.append(". **Quick run: a trial of the benchmark, no figures to rely on**");
    }
    text.append(".\n\n| figure | median | spread | target | measured |\n|---|---|---|---|---|\n");
    for (Row row : rows) {
      text.append("| ").append(row.figure()).append(" | ").append(row.median());
      text.append(" | ").append(row.spread()).append(" | ").append(row.target());
      text.append(" | ").append(row.measured()).append(" |\n");
    }
    notes.forEach(note -> text.append("\n- ").append(note));
    return text.toString();
  }
}

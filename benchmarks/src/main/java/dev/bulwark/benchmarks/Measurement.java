package dev.bulwark.benchmarks;

/** One part of a suite: measures, and adds its rows to the table. */
public interface Measurement {

  /** As {@code --only} names it. */
  String name();

  /**
   * Measures. What the machine lacks becomes a row that says so; whatever else goes wrong is
   * thrown, and makes a row of its own, and the run fails at its end.
   */
  void measure(Report report) throws Exception;
}

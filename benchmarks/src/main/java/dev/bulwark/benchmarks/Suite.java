package dev.bulwark.benchmarks;

import java.util.List;

/** The measurements of one run of {@code benchmarks/run}, in one table. */
public interface Suite {

  /** As the command line names it. */
  String name();

  /** The parts, in the order in which they run. */
  List<Measurement> measurements(Plan plan);
}

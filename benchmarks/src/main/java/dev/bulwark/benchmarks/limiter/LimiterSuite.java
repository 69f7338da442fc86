package dev.bulwark.benchmarks.limiter;

import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Suite;
import java.util.List;

/** The figures of spec rows L1 and L2, on PostgreSQL. */
public final class LimiterSuite implements Suite {

  @Override
  public String name() {
    return "limiter";
  }

  @Override
  public List<Measurement> measurements(Plan plan) {
    return List.of(new AddedTime(plan));
  }
}

package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Suite;
import java.util.List;

/** The figures of spec section K, on PostgreSQL. */
public final class ApiKeysSuite implements Suite {

  @Override
  public String name() {
    return "apikeys";
  }

  @Override
  public List<Measurement> measurements(Plan plan) {
    return List.of(new VerifyStatements(plan), new VerifyThroughput(plan));
  }
}

package dev.bulwark.benchmarks.relyingapp;

import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Suite;
import java.util.List;

/** Measures the cost of the revocation check in the relying app (R5). */
public final class RelyingAppSuite implements Suite {

  @Override
  public String name() {
    return "relying-app";
  }

  @Override
  public List<Measurement> measurements(Plan plan) {
    return List.of(new CheckedCall(plan));
  }
}

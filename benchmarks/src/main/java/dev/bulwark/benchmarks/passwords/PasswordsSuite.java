package dev.bulwark.benchmarks.passwords;

import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Suite;
import java.util.List;

/** The figures of spec section P. */
public final class PasswordsSuite implements Suite {

  @Override
  public String name() {
    return "passwords";
  }

  @Override
  public List<Measurement> measurements(Plan plan) {
    NativeLibraries libraries = new NativeLibraries(plan);
    return List.of(new HashTimes(plan, libraries), new PeakMemory(plan, libraries));
  }
}

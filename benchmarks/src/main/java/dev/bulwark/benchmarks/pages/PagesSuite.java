package dev.bulwark.benchmarks.pages;

import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Suite;
import java.util.List;

/** The figures of spec row K11, in a real browser. */
public final class PagesSuite implements Suite {

  @Override
  public String name() {
    return "pages";
  }

  @Override
  public List<Measurement> measurements(Plan plan) {
    return List.of(new OwnersPage(plan), new AdministratorsPage(plan));
  }
}

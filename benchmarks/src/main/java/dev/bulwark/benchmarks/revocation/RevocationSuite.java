package dev.bulwark.benchmarks.revocation;

import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Suite;
import dev.bulwark.benchmarks.ledger.Honest;
import dev.bulwark.benchmarks.ledger.Idle;
import dev.bulwark.benchmarks.ledger.ManyEndings;
import java.util.List;

/** The figures of spec section R, on PostgreSQL. */
public final class RevocationSuite implements Suite {

  @Override
  public String name() {
    return "revocation";
  }

  @Override
  public List<Measurement> measurements(Plan plan) {
    return List.of(
        new MassRevocation(plan),
        new StatusIssuance(plan),
        new ManyEndings(plan),
        new Idle(plan, 1),
        new Idle(plan, 1_000),
        Honest.fewConnections(plan),
        Honest.manyConnections(plan),
        Honest.nothingOn(plan));
  }
}

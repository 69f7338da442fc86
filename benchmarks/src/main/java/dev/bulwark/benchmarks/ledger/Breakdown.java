package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Shows what the cost of {@link Honest} is made of: the CPU time a request of each of PostgreSQL's
 * processes and of Redis, and the statements. The counts hold on a busy machine too.
 */
public final class Breakdown implements Measurement {

  private static final int CONNECTIONS = 8;
  private static final int SECONDS = 20;
  private static final int STATEMENTS = 12;

  private final Plan plan;

  public Breakdown(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "breakdown";
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing(name(), "wrk is not installed");
      return;
    }
    for (Kind kind : List.of(Kind.WITHOUT, Kind.BEHIND)) {
      String name = "benchmark-breakdown-" + kind.title();
      try (Variant variant = Variant.start(plan, name, kind, Map.of(), Statements.SETTINGS)) {
        Map<Workload, Path> forms = Forms.prepare(plan, variant);
        for (Workload workload : Workload.values()) {
          measure(report, variant, workload, Objects.requireNonNull(forms.get(workload)));
        }
      }
    }
  }

  private void measure(Report report, Variant variant, Workload workload, Path forms)
      throws Exception {
    Wrk wrk = new Wrk(plan);
    int seconds = plan.count(SECONDS, 3);
    Wrk.Result warm = wrk.run(variant.tokenEndpoint(), forms, 0, CONNECTIONS, 2 * seconds);
    Progress.say("breakdown, " + variant.kind().title() + ", " + workload.title());
    Statements.reset(variant.database());
    ProcessTimes before = ProcessTimes.now(variant.database().pid());
    Cpu cpu = variant.cpu();
    Wrk.Result result = wrk.run(variant.tokenEndpoint(), forms, warm.at(), CONNECTIONS, seconds);
    Cpu spent = variant.cpu().since(cpu);
    ProcessTimes times = ProcessTimes.now(variant.database().pid()).since(before);
    double requests = result.requests();
    String what =
        "breakdown, %s, %s, %d connections: "
            .formatted(variant.kind().title(), workload.title(), CONNECTIONS);
    report.note(
        what
            + Samples.number(requests / result.seconds(), 0)
            + " requests a second; CPU a request: Keycloak "
            + micros(spent.keycloak(), requests)
            + ", Redis "
            + micros(spent.redis(), requests));
    report.note("  µs of PostgreSQL's processes a request: " + times.perRequest(requests));
    Statements.since(variant.database()).stream()
        .limit(STATEMENTS)
        .forEach(statement -> report.note("  " + statement.perRequest(requests)));
  }

  private static String micros(double seconds, double requests) {
    return Samples.number(seconds / requests * 1e6, 1) + " µs";
  }
}

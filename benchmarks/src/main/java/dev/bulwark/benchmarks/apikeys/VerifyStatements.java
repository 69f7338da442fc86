package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;
import java.util.Map;

/** SQL statements of the verification of a key that the node knows, by PostgreSQL's own count. */
final class VerifyStatements implements Measurement {

  private final Plan plan;

  VerifyStatements(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "sql";
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing("SQL of a verification", "wrk is not installed");
      return;
    }
    int seconds = plan.count(30, 5);
    try (LocalRedis redis = LocalRedis.start(0);
        KeyServer server =
            KeyServer.start(plan, "benchmark-keys-sql", redis.url(), KeyServer.IN_USE)) {
      KeyLoad load = Loads.verify(plan, server);
      load.run(plan.count(10, 3));
      Statements.reset(server.database());
      // What the server does by itself in the same time.
      Thread.sleep(seconds * 1000L);
      Statements idle = Statements.since(server.database());
      Statements.reset(server.database());
      long requests = load.run(seconds).requests();
      Statements busy = Statements.since(server.database());
      Map<String, Double> found = busy.perRequest(idle, requests);
      double each = found.values().stream().mapToDouble(Double::doubleValue).sum();
      report.target(
          "SQL statements a verification of a warm key",
          Samples.number(each, 3),
          Samples.number(requests, 0) + " requests",
          "0",
          Samples.number(each, 3),
          found.isEmpty());
      report.figure(
          "PostgreSQL's statements in "
              + seconds
              + " s, all of them: with these requests, and with none",
          Samples.number(busy.all(), 0) + " and " + Samples.number(idle.all(), 0),
          "of the former usage: " + Samples.number(busy.of(Statements.USAGE), 0));
      found.forEach((query, calls) -> report.note(Samples.number(calls, 3) + " × " + query));
      report.note(
          "SQL: every statement that pg_stat_statements counted, BEGIN and COMMIT included, less"
              + " what the server asks without requests in the same time; usage counters are"
              + " written every 10 s, one row for each key in use.");
    }
  }
}

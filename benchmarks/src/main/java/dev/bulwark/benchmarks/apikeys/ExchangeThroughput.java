package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;

/** Keys exchanged a second against client_credentials, by the same client at the same server. */
final class ExchangeThroughput implements Measurement {

  private static final double LEAST = 0.8;

  private final Plan plan;

  ExchangeThroughput(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "exchange";
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing("Exchanges a second", "wrk is not installed");
      return;
    }
    try (LocalRedis redis = LocalRedis.start(0);
        KeyServer server =
            KeyServer.start(plan, "benchmark-keys-exchange", redis.url(), KeyServer.IN_USE)) {
      Turns turns =
          new Turns(plan)
              .with("exchange", Loads.exchange(plan, server))
              .with("client_credentials", Loads.clientCredentials(plan, server))
              .run(plan.count(8, 2), plan.count(8, 3));
      Samples exchange = turns.perSecond("exchange");
      Samples credentials = turns.perSecond("client_credentials");
      double ratio = exchange.median() / credentials.median();
      report.target(
          "Exchanges a second, against client_credentials",
          Samples.number(exchange.median(), 0)
              + " against "
              + Samples.number(credentials.median(), 0),
          exchange.spread(0) + " against " + credentials.spread(0),
          "≥ 0.8 ×",
          Samples.number(ratio, 2) + " ×",
          Bound.atLeast(ratio, LEAST));
    }
  }
}

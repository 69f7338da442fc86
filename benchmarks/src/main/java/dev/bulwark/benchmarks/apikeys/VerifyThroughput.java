package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;
import java.util.Map;

/** Verifications a second against Keycloak's own introspections, at the same server. */
final class VerifyThroughput implements Measurement {

  private static final double LEAST = 1.2;

  private final Plan plan;

  VerifyThroughput(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "verify";
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing("Verifications a second", "wrk is not installed");
      return;
    }
    try (LocalRedis redis = LocalRedis.start(0);
        KeyServer server =
            KeyServer.start(plan, "benchmark-keys-verify", redis.url(), KeyServer.IN_USE)) {
      Map<String, String> login =
          Map.of(
              "grant_type", "password", "username", KeyRealm.USER, "password", KeyRealm.PASSWORD);
      Turns turns =
          new Turns(plan)
              .with("verify", Loads.verify(plan, server))
              .with(
                  "introspect a user's token",
                  Loads.introspection(plan, server, "introspect-user", login))
              .with(
                  "introspect a service's token",
                  Loads.introspection(
                      plan,
                      server,
                      "introspect-service",
                      Map.of("grant_type", "client_credentials")))
              .run(plan.count(8, 2), plan.count(8, 3));
      Samples verify = turns.perSecond("verify");
      for (String other : new String[] {"user", "service"}) {
        Samples introspection = turns.perSecond("introspect a " + other + "'s token");
        double ratio = verify.median() / introspection.median();
        report.target(
            "Verifications a second, against introspections of a " + other + "'s token",
            Samples.number(verify.median(), 0)
                + " against "
                + Samples.number(introspection.median(), 0),
            verify.spread(0) + " against " + introspection.spread(0),
            "≥ 1.2 ×",
            Samples.number(ratio, 2) + " ×",
            Bound.atLeast(ratio, LEAST));
      }
      Samples p99 = turns.samples("verify", KeyLoad.Result::p99Millis);
      report.figure(
          "Verification, p99 at " + KeyLoad.CONNECTIONS + " connections",
          Samples.number(p99.median(), 2) + " ms",
          p99.spread(2));
    }
  }
}

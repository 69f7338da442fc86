package dev.bulwark.benchmarks.passwords;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Callers;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Logins a second by password grant, with the bundle's hasher and with Keycloak's, in turns. */
final class LoginRates implements Measurement {

  private static final int CALLERS = 8;
  private static final String HEAP = "-Xms768m -Xmx768m";
  private static final double TARGET = 1.8;

  private final Plan plan;
  private final NativeLibraries libraries;

  LoginRates(Plan plan, NativeLibraries libraries) {
    this.plan = plan;
    this.libraries = libraries;
  }

  @Override
  public String name() {
    return "logins";
  }

  @Override
  public void measure(Report report) throws Exception {
    NativeLibraries.Build build = libraries.get();
    on(report, "jar only: argon2-jvm's libargon2", BundledLibrary.unpack(plan));
    NativeLibraries.Library picked = build.picked();
    if (picked == null) {
      report.missing("Logins a second as in the image", String.valueOf(build.problem()));
    } else {
      on(report, "as in the image: libargon2 for " + picked.level(), picked);
    }
    report.note(
        "Logins a second: two servers, with and without the bundle, "
            + CALLERS
            + " callers at once, in turns; everything of a login is in it, and callers and servers share this machine.");
  }

  private void on(Report report, String what, NativeLibraries.Library library) throws Exception {
    List<BenchmarkRealm> realms = List.of(BenchmarkRealm.ARGON2);
    Progress.say("starting two Keycloaks: " + what);
    try (LoginServer bundle =
            LoginServer.start(plan, "benchmark-logins", realms, library, null, HEAP);
        LoginServer plain =
            LoginServer.start(plan, "benchmark-logins-plain", realms, null, null, HEAP)) {
      for (LoginServer server : List.of(bundle, plain)) {
        rate(server, plan.count(20, 4));
        // Afterwards: a login at another cost than the server's would have replaced the hash.
        server.checkHash(BenchmarkRealm.ARGON2);
      }
      List<Double> ours = new ArrayList<>();
      List<Double> theirs = new ArrayList<>();
      int rounds = plan.count(8, 2);
      for (int round = 1; round <= rounds; round++) {
        Progress.say("round " + round + " of " + rounds + ": " + what);
        ours.add(rate(bundle, plan.count(10, 4)));
        theirs.add(rate(plain, plan.count(10, 4)));
      }
      report(report, what, Samples.of(ours), Samples.of(theirs));
    }
  }

  private static double rate(LoginServer server, int seconds) throws Exception {
    return Callers.perSecond(
        CALLERS,
        Duration.ofSeconds(seconds),
        number -> server.login(BenchmarkRealm.ARGON2, number));
  }

  private static void report(Report report, String what, Samples ours, Samples theirs) {
    double ratio = ours.median() / theirs.median();
    report.target(
        "Logins a second, " + what,
        Samples.number(ours.median(), 1) + " against " + Samples.number(theirs.median(), 1),
        ours.spread(1) + " against " + theirs.spread(1),
        "≥ " + TARGET + "x Keycloak's `argon2` at equal cost",
        Samples.number(ratio, 2) + "x",
        Bound.atLeast(ratio, TARGET));
  }
}

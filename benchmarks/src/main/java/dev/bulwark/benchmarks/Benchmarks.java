package dev.bulwark.benchmarks;

import dev.bulwark.benchmarks.apikeys.ApiKeysSuite;
import dev.bulwark.benchmarks.limiter.LimiterSuite;
import dev.bulwark.benchmarks.pages.PagesSuite;
import dev.bulwark.benchmarks.passwords.PasswordsSuite;
import dev.bulwark.benchmarks.relyingapp.RelyingAppSuite;
import dev.bulwark.benchmarks.revocation.RevocationSuite;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.opentest4j.TestAbortedException;

/** The command behind {@code benchmarks/run}; its working folder is the repository's root. */
public final class Benchmarks {

  /** A further suite is one more element. */
  private static final List<Suite> SUITES =
      List.of(
          new PasswordsSuite(),
          new RevocationSuite(),
          new ApiKeysSuite(),
          new PagesSuite(),
          new LimiterSuite(),
          new RelyingAppSuite());

  private static final int FAILED = 1;

  private Benchmarks() {}

  /** Measures the suite that the first argument names and prints its table. */
  public static void main(String[] arguments) throws Exception {
    boolean quick = false;
    Set<String> only = new TreeSet<>();
    Suite chosen = null;
    for (String argument : arguments) {
      if (argument.equals("--quick")) {
        quick = true;
      } else if (argument.startsWith("--only=")) {
        only.addAll(List.of(argument.substring("--only=".length()).split(",", -1)));
      } else {
        chosen = suite(argument);
      }
    }
    if (chosen == null) {
      throw usage("no suite named");
    }
    Plan plan = new Plan(Path.of("").toAbsolutePath(), quick);
    Report report = new Report();
    List<Measurement> measurements = chosen.measurements(plan);
    Set<String> unknown = new TreeSet<>(only);
    measurements.forEach(measurement -> unknown.remove(measurement.name()));
    if (!unknown.isEmpty()) {
      throw usage(
          "no part " + unknown + " in " + measurements.stream().map(Measurement::name).toList());
    }
    boolean complete = true;
    for (Measurement measurement : measurements) {
      if (only.isEmpty() || only.contains(measurement.name())) {
        Progress.say(measurement.name());
        complete &= measured(measurement, report);
      }
    }
    System.out.println(report.markdown(chosen.name(), plan));
    if (!complete) {
      System.exit(FAILED);
    }
  }

  /**
   * Measures one part; one that fails becomes a row and does not keep the others from being
   * measured.
   *
   * @return false when it failed; what the machine lacks is no failure
   */
  static boolean measured(Measurement measurement, Report report) throws InterruptedException {
    try {
      measurement.measure(report);
      return true;
    } catch (InterruptedException e) {
      throw e;
    } catch (TestAbortedException e) {
      // The test modules' processes say so that a program is missing.
      report.missing(measurement.name(), String.valueOf(e.getMessage()));
      return true;
    } catch (Exception | LinkageError | AssertionError e) {
      e.printStackTrace();
      report.failed(measurement.name(), e.toString());
      return false;
    }
  }

  private static Suite suite(String name) {
    return SUITES.stream()
        .filter(suite -> suite.name().equals(name))
        .findFirst()
        .orElseThrow(() -> usage("no suite " + name));
  }

  private static IllegalArgumentException usage(String what) {
    return new IllegalArgumentException(
        what
            + "; usage: benchmarks/run SUITE [--quick] [--only=PART,...] [--no-build];"
            + " suites: "
            + SUITES.stream().map(Suite::name).toList());
  }
}

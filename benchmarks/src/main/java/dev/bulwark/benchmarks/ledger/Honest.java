package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.Callers;
import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What the ledger costs under conditions as in production: PostgreSQL flushes to disk, more
 * sessions than Keycloak caches are refreshed in turn, refresh tokens are rotated, and the ledger
 * is full. The same Keycloak without the bundle is asked in turns with it.
 */
public final class Honest implements Measurement {

  private static final double MOST_LOST = 0.03;
  private static final int LOGGING_IN = 8;
  private static final int WARM_UP_SECONDS = 40;
  private static final List<Integer> CONNECTIONS = List.of(8, 64);

  private final Plan plan;
  private final String name;
  private final Map<String, String> options;

  private Honest(Plan plan, String name, Map<String, String> options) {
    this.plan = plan;
    this.name = name;
    this.options = options;
  }

  /** With Keycloak's sessions in its caches, as they are unless told otherwise. */
  public static Honest cached(Plan plan) {
    return new Honest(plan, "honest", Map.of());
  }

  /** Without these caches: every request reads its session from the database. */
  public static Honest uncached(Plan plan) {
    return new Honest(
        plan, "honest-uncached", Map.of("spi-user-sessions--infinispan--use-caches", "false"));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing(name, "wrk is not installed");
      return;
    }
    try (Variant with = Variant.start(plan, "benchmark-" + name + "-with", true, options);
        Variant without = Variant.start(plan, "benchmark-" + name + "-without", false, options)) {
      Turns turns = new Turns(plan, side(with), side(without));
      warmUp(turns);
      for (int connections : CONNECTIONS) {
        for (Workload workload : Workload.values()) {
          rows(
              report,
              name + ", " + workload.title() + ", " + connections + " connections: ",
              turns.run(workload, connections, plan.count(10, 2), plan.count(12, 3)));
        }
      }
      report.note(
          name
              + ": "
              + turns.repeated()
              + " turns were repeated because something else was at work on the machine; "
              + turns.disturbed()
              + " of those that count were disturbed as well. Locale "
              + Variant.locale()
              + "; "
              + with.database().sql("SELECT count(*) FROM bulwark_token")
              + " rows in the ledger at the end.");
    }
  }

  /** Fills a variant, and writes down what it is asked. */
  private Turns.Side side(Variant variant) throws Exception {
    Size size = Size.of(plan);
    Filling.fill(variant, size);
    Wal.prepare(variant.database());
    Progress.say(size.refreshed() + " logins");
    String[] refreshes = new String[size.refreshed()];
    Callers.times(
        LOGGING_IN,
        refreshes.length,
        number ->
            refreshes[number] =
                FullRealm.refresh(
                    variant
                        .token(FullRealm.login(number % size.callers()))
                        .get("refresh_token")
                        .asText()));
    String[] logins = new String[size.callers()];
    Arrays.setAll(logins, FullRealm::login);
    Map<Workload, Path> forms = new EnumMap<>(Workload.class);
    forms.put(Workload.REFRESH, file(variant, "refresh", List.of(refreshes)));
    forms.put(
        Workload.CLIENT_CREDENTIALS,
        file(variant, "service", List.of(FullRealm.clientCredentials())));
    forms.put(Workload.LOGIN, file(variant, "login", List.of(logins)));
    return new Turns.Side(variant, forms);
  }

  private Path file(Variant variant, String what, List<String> forms) throws IOException {
    return Files.write(
        plan.folder("ledger").resolve(what + (variant.hasBundle() ? "-with" : "-without")), forms);
  }

  /** Five minutes and more: before, the figures would be those of the compiler. */
  private void warmUp(Turns turns) throws Exception {
    for (int i = 1; i <= plan.count(3, 1); i++) {
      Progress.say("warming both servers up, " + i);
      for (Workload workload : Workload.values()) {
        turns.warmUp(workload, 8, plan.count(WARM_UP_SECONDS, 2));
      }
    }
  }

  private static void rows(Report report, String what, List<Turn> turns) {
    Regression rate = regression(turns, turn -> turn.load().perSecond());
    report.target(
        what + "requests a second",
        medians(turns, turn -> turn.load().perSecond(), 0),
        spreads(turns, turn -> turn.load().perSecond(), 0),
        "≤ 3 % lost",
        "%s %% lost (%s to %s)"
            .formatted(
                percent(1 - rate.ratio()), percent(1 - rate.highest()), percent(1 - rate.lowest())),
        1 - rate.ratio() <= MOST_LOST);
    cpu(report, what + "CPU of Keycloak a request", turns, turn -> turn.cpu().keycloak());
    cpu(report, what + "CPU of PostgreSQL a request", turns, turn -> turn.cpu().postgres());
    ToDoubleFunction<Turn> all = turn -> turn.perRequest(turn.cpu().sum()) * 1e6;
    Regression more = regression(turns, all);
    report.target(
        what + "CPU of both and of Redis a request",
        medians(turns, all, 0) + " µs",
        spreads(turns, all, 0),
        "≤ 3 % more",
        "%s %% more (%s to %s)"
            .formatted(
                percent(more.ratio() - 1), percent(more.lowest() - 1), percent(more.highest() - 1)),
        more.ratio() - 1 <= MOST_LOST);
    report.figure(
        what + "WAL a token, full page images left out",
        medians(turns, turn -> turn.perRequest(turn.walRecords()), 0) + " bytes",
        spreads(turns, turn -> turn.perRequest(turn.walRecords()), 0));
    report.figure(
        what + "WAL a token",
        medians(turns, turn -> turn.perRequest(turn.wal()), 0) + " bytes",
        spreads(turns, turn -> turn.perRequest(turn.wal()), 0));
    report.figure(
        what + "p50",
        medians(turns, turn -> turn.load().p50(), 1) + " ms",
        spreads(turns, turn -> turn.load().p50(), 1));
    report.figure(
        what + "p99",
        medians(turns, turn -> turn.load().p99(), 1) + " ms",
        spreads(turns, turn -> turn.load().p99(), 1));
  }

  private static void cpu(
      Report report, String figure, List<Turn> turns, ToDoubleFunction<Turn> seconds) {
    ToDoubleFunction<Turn> micros = turn -> turn.perRequest(seconds.applyAsDouble(turn)) * 1e6;
    Regression more = regression(turns, micros);
    report.figure(
        figure,
        "%s µs, corrected %s %% more (%s to %s)"
            .formatted(
                medians(turns, micros, 0),
                percent(more.ratio() - 1),
                percent(more.lowest() - 1),
                percent(more.highest() - 1)),
        spreads(turns, micros, 0));
  }

  private static Regression regression(List<Turn> turns, ToDoubleFunction<Turn> figure) {
    return Regression.of(
        turns.stream()
            .map(
                turn ->
                    new Regression.Observation(
                        turn.ours(),
                        turn.load().cpuMicros(),
                        // A share of a hundredth of a second that was not counted is no zero.
                        Math.max(figure.applyAsDouble(turn), 1e-3)))
            .toList());
  }

  private static String medians(List<Turn> turns, ToDoubleFunction<Turn> figure, int digits) {
    return Samples.number(samples(turns, true, figure).median(), digits)
        + " against "
        + Samples.number(samples(turns, false, figure).median(), digits);
  }

  private static String spreads(List<Turn> turns, ToDoubleFunction<Turn> figure, int digits) {
    return samples(turns, true, figure).spread(digits)
        + " against "
        + samples(turns, false, figure).spread(digits);
  }

  private static Samples samples(List<Turn> turns, boolean ours, ToDoubleFunction<Turn> figure) {
    return Samples.of(
        turns.stream()
            .filter(turn -> turn.ours() == ours)
            .map(turn -> figure.applyAsDouble(turn))
            .toList());
  }

  private static String percent(double part) {
    return Samples.number(part * 100, 1);
  }
}

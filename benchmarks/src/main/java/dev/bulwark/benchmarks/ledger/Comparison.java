package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Regression;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The rows about one variant, compared with Keycloak without the bundle.
 *
 * @param kind the variant
 * @param turns of this variant and of {@link Kind#WITHOUT}; those of other variants are ignored
 */
record Comparison(Kind kind, List<Turn> turns) {

  private static final double MOST_LOST = 0.03;

  /** Adds its rows to a report, each after the same words. */
  void rows(Report report, String what) {
    Regression rate = regression(turn -> turn.load().perSecond());
    report.target(
        what + "requests a second",
        medians(turn -> turn.load().perSecond(), 0),
        spreads(turn -> turn.load().perSecond(), 0),
        "≤ 3 % lost",
        "%s %% lost (%s to %s)"
            .formatted(
                percent(1 - rate.ratio()), percent(1 - rate.highest()), percent(1 - rate.lowest())),
        Bound.atMost(1 - rate.ratio(), MOST_LOST));
    cpu(report, what + "CPU of Keycloak a request", turn -> turn.cpu().keycloak());
    cpu(report, what + "CPU of PostgreSQL a request", turn -> turn.cpu().postgres());
    ToDoubleFunction<Turn> all = turn -> turn.perRequest(turn.cpu().sum()) * 1e6;
    Regression more = regression(all);
    report.target(
        what + "CPU of both and of Redis a request",
        medians(all, 0) + " µs",
        spreads(all, 0),
        "≤ 3 % more",
        "%s %% more (%s to %s)"
            .formatted(
                percent(more.ratio() - 1), percent(more.lowest() - 1), percent(more.highest() - 1)),
        Bound.atMost(more.ratio() - 1, MOST_LOST));
    report.figure(
        what + "WAL a token, full page images left out",
        medians(turn -> turn.perRequest(turn.walRecords()), 0) + " bytes",
        spreads(turn -> turn.perRequest(turn.walRecords()), 0));
    report.figure(
        what + "WAL a token",
        medians(turn -> turn.perRequest(turn.wal()), 0) + " bytes",
        spreads(turn -> turn.perRequest(turn.wal()), 0));
    report.figure(
        what + "p50",
        medians(turn -> turn.load().p50(), 1) + " ms",
        spreads(turn -> turn.load().p50(), 1));
    report.figure(
        what + "p99",
        medians(turn -> turn.load().p99(), 1) + " ms",
        spreads(turn -> turn.load().p99(), 1));
  }

  private void cpu(Report report, String figure, ToDoubleFunction<Turn> seconds) {
    ToDoubleFunction<Turn> micros = turn -> turn.perRequest(seconds.applyAsDouble(turn)) * 1e6;
    Regression more = regression(micros);
    report.figure(
        figure,
        "%s µs, corrected %s %% more (%s to %s)"
            .formatted(
                medians(micros, 0),
                percent(more.ratio() - 1),
                percent(more.lowest() - 1),
                percent(more.highest() - 1)),
        spreads(micros, 0));
  }

  private Regression regression(ToDoubleFunction<Turn> figure) {
    return Regression.of(
        turns.stream()
            .filter(turn -> turn.kind() == kind || turn.kind() == Kind.WITHOUT)
            .map(
                turn ->
                    new Regression.Observation(
                        turn.kind() == kind,
                        turn.load().cpuMicros(),
                        // A share of a hundredth of a second that was not counted is no zero.
                        Math.max(figure.applyAsDouble(turn), 1e-3)))
            .toList());
  }

  private String medians(ToDoubleFunction<Turn> figure, int digits) {
    return Samples.number(samples(kind, figure).median(), digits)
        + " against "
        + Samples.number(samples(Kind.WITHOUT, figure).median(), digits);
  }

  private String spreads(ToDoubleFunction<Turn> figure, int digits) {
    return samples(kind, figure).spread(digits)
        + " against "
        + samples(Kind.WITHOUT, figure).spread(digits);
  }

  private Samples samples(Kind of, ToDoubleFunction<Turn> figure) {
    return Samples.of(
        turns.stream()
            .filter(turn -> turn.kind() == of)
            .map(turn -> figure.applyAsDouble(turn))
            .toList());
  }

  private static String percent(double part) {
    return Samples.number(part * 100, 1);
  }
}

package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Pairs;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The rows about Keycloak with the bundle, compared with Keycloak without it.
 *
 * @param turns one of each kind in a round
 * @param mostMicros CPU time a request that the bundle may add, microseconds; 0 where none is
 *     promised
 */
record Comparison(List<Turn> turns, double mostMicros) {

  /** Adds its rows to a report, each after the same words. */
  void rows(Report report, String what) {
    ToDoubleFunction<Turn> rate = turn -> turn.load().perSecond();
    Pairs lost = Pairs.of(values(Kind.WITHOUT, rate), values(Kind.BUNDLE, rate));
    double all = samples(Kind.WITHOUT, rate).median();
    report.figure(
        what + "requests a second",
        "%s, %s %% lost (%s to %s)"
            .formatted(
                medians(rate, 0),
                percent(lost.median() / all),
                percent(lost.lowest() / all),
                percent(lost.highest() / all)),
        spreads(rate, 0));
    cpu(report, what + "CPU of Keycloak a request", turn -> turn.cpu().keycloak());
    cpu(report, what + "CPU of PostgreSQL a request", turn -> turn.cpu().postgres());
    cost(report, what + "CPU of Keycloak, PostgreSQL and Redis a request");
    report.figure(
        what + "WAL a token, full page images left out",
        medians(turn -> turn.perRequest(turn.walRecords()), 0) + " bytes",
        spreads(turn -> turn.perRequest(turn.walRecords()), 0));
    report.figure(
        what + "p50 and p99",
        medians(turn -> turn.load().p50(), 1)
            + " ms; "
            + medians(turn -> turn.load().p99(), 1)
            + " ms",
        spreads(turn -> turn.load().p99(), 1));
  }

  /** What is promised: R7, B14. */
  private void cost(Report report, String figure) {
    ToDoubleFunction<Turn> all = micros(turn -> turn.cpu().sum());
    Pairs more = more(all);
    String measured = more(all, more);
    if (mostMicros == 0) {
      report.figure(figure, medians(all, 0) + " µs, " + measured, spreads(all, 0));
    } else {
      report.target(
          figure,
          medians(all, 0) + " µs",
          spreads(all, 0),
          "≤ %s µs more".formatted(Samples.number(mostMicros, 0)),
          measured,
          Bound.atMost(more.median(), mostMicros));
    }
  }

  private void cpu(Report report, String figure, ToDoubleFunction<Turn> seconds) {
    ToDoubleFunction<Turn> micros = micros(seconds);
    report.figure(
        figure, medians(micros, 0) + " µs, " + more(micros, more(micros)), spreads(micros, 0));
  }

  private static ToDoubleFunction<Turn> micros(ToDoubleFunction<Turn> seconds) {
    return turn -> turn.perRequest(seconds.applyAsDouble(turn)) * 1e6;
  }

  private Pairs more(ToDoubleFunction<Turn> figure) {
    return Pairs.of(values(Kind.BUNDLE, figure), values(Kind.WITHOUT, figure));
  }

  private String more(ToDoubleFunction<Turn> micros, Pairs more) {
    return "%s µs more (%s to %s), %s %%"
        .formatted(
            Samples.number(more.median(), 0),
            Samples.number(more.lowest(), 0),
            Samples.number(more.highest(), 0),
            percent(more.median() / samples(Kind.WITHOUT, micros).median()));
  }

  private String medians(ToDoubleFunction<Turn> figure, int digits) {
    return Samples.number(samples(Kind.BUNDLE, figure).median(), digits)
        + " against "
        + Samples.number(samples(Kind.WITHOUT, figure).median(), digits);
  }

  private String spreads(ToDoubleFunction<Turn> figure, int digits) {
    return samples(Kind.BUNDLE, figure).spread(digits)
        + " against "
        + samples(Kind.WITHOUT, figure).spread(digits);
  }

  private Samples samples(Kind of, ToDoubleFunction<Turn> figure) {
    return Samples.of(values(of, figure));
  }

  private List<Double> values(Kind of, ToDoubleFunction<Turn> figure) {
    return turns.stream()
        .filter(turn -> turn.kind() == of)
        .map(turn -> figure.applyAsDouble(turn))
        .toList();
  }

  private static String percent(double part) {
    return Samples.number(part * 100, 1);
  }
}

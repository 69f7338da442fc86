package dev.bulwark.benchmarks.passwords;

import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One thing that is measured again and again, in turns with others. For one thread. */
final class Series {

  private final String name;
  private final Probe probe;
  private final List<Samples> rounds = new ArrayList<>();

  Series(String name, Probe probe) {
    this.name = name;
    this.probe = probe;
  }

  /** Measures once. */
  @FunctionalInterface
  interface Probe {
    Samples once() throws IOException, InterruptedException;
  }

  /**
   * Measures all in rounds, so that a machine that slows down meanwhile slows all of them down.
   *
   * @param rounds at least 1
   */
  static void measure(int rounds, List<Series> all) throws IOException, InterruptedException {
    for (int round = 1; round <= rounds; round++) {
      for (Series series : all) {
        Progress.say("round " + round + " of " + rounds + ": " + series.name);
        series.rounds.add(series.probe.once());
      }
    }
  }

  String name() {
    return name;
  }

  /** The samples of all rounds. */
  Samples samples() {
    return rounds.stream()
        .reduce(Samples::and)
        .orElseThrow(() -> new IllegalStateException(name + " was not measured"));
  }

  double median() {
    return samples().median();
  }
}

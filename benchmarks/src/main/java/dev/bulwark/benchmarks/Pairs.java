package dev.bulwark.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * How two variants compare that are asked in turns: the difference in each round, so that a machine
 * whose speed swings slows both of a pair down. Immutable.
 */
public final class Pairs {

  /** The interval leaves out at most this part on either side: about 95 of 100 are within. */
  private static final double TAIL = 0.025;

  private final List<Double> sorted;

  private Pairs(List<Double> differences) {
    if (differences.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
    sorted = differences.stream().sorted().toList();
  }

  /**
   * What the one takes more than the other.
   *
   * @param ours a figure of each round
   * @param theirs the same figure of the other variant, of the same rounds in the same order
   */
  public static Pairs of(List<Double> ours, List<Double> theirs) {
    if (ours.size() != theirs.size()) {
      throw new IllegalArgumentException(ours.size() + " turns against " + theirs.size());
    }
    List<Double> differences = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      differences.add(ours.get(i) - theirs.get(i));
    }
    return new Pairs(differences);
  }

  public double median() {
    return Samples.of(sorted).median();
  }

  /** Returns the lower end of the interval in which the median is. */
  public double lowest() {
    return sorted.get(outside());
  }

  /** Returns the upper end of it. */
  public double highest() {
    return sorted.get(sorted.size() - 1 - outside());
  }

  /** The differences on either side of the interval, by the sign test; none if they are few. */
  private int outside() {
    int n = sorted.size();
    double each = Math.pow(0.5, n);
    double below = each;
    int outside = 0;
    while (below <= TAIL) {
      outside++;
      each = each * (n - outside + 1) / outside;
      below += each;
    }
    return Math.max(0, outside - 1);
  }
}

package dev.bulwark.benchmarks;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/** Measured values of one quantity, at least one. Immutable. */
public final class Samples {

  private final double[] sorted;

  private Samples(double[] values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("nothing was measured");
    }
    sorted = values.clone();
    Arrays.sort(sorted);
  }

  public static Samples of(double... values) {
    return new Samples(values);
  }

  public static Samples of(Collection<Double> values) {
    return new Samples(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** These and the others. */
  public Samples and(Samples others) {
    double[] all = Arrays.copyOf(sorted, sorted.length + others.sorted.length);
    System.arraycopy(others.sorted, 0, all, sorted.length, others.sorted.length);
    return new Samples(all);
  }

  public Samples map(DoubleUnaryOperator change) {
    return new Samples(Arrays.stream(sorted).map(change).toArray());
  }

  public double median() {
    return quantile(0.5);
  }

  public double min() {
    return sorted[0];
  }

  public double max() {
    return sorted[sorted.length - 1];
  }

  public int count() {
    return sorted.length;
  }

  /**
   * The value below which this part of all values lies, interpolated between neighbors.
   *
   * @param part 0 to 1
   */
  public double quantile(double part) {
    double at = part * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /** The middle half of the values, and how many there are. */
  public String spread(int digits) {
    return number(quantile(0.25), digits)
        + "–"
        + number(quantile(0.75), digits)
        + " (n="
        + sorted.length
        + ")";
  }

  /** A number with so many digits after the point. */
  public static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }
}

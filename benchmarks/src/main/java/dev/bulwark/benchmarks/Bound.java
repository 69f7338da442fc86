package dev.bulwark.benchmarks;

/**
 * A measured value, and the limit that is promised for it. Immutable.
 *
 * @param value in the unit of the limit
 */
public record Bound(double value, double limit, Kind kind) {

  /** On which side of the limit the value has to be. */
  public enum Kind {
    AT_MOST,
    AT_LEAST
  }

  public static Bound atMost(double value, double limit) {
    return new Bound(value, limit, Kind.AT_MOST);
  }

  public static Bound atLeast(double value, double limit) {
    return new Bound(value, limit, Kind.AT_LEAST);
  }

  boolean met() {
    return kind == Kind.AT_MOST ? value <= limit : value >= limit;
  }
}

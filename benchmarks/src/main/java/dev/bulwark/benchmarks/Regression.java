package dev.bulwark.benchmarks;

import java.util.List;

/**
 * How two variants compare, corrected for the machine's speed, which swings from turn to turn. The
 * logarithm of a figure is taken as a constant, plus what the variant adds, plus a multiple of the
 * logarithm of the probe of that speed; fitted by least squares.
 *
 * @param effect what the variant adds to the logarithm
 * @param error standard error of that; not a number with fewer than four observations
 */
public record Regression(double effect, double error) {

  /** Two standard errors on either side: about 95 of 100 are within. */
  private static final double ERRORS = 2;

  private static final int COEFFICIENTS = 3;

  /**
   * One turn.
   *
   * @param ours whether it is one of the variant whose effect is asked for
   * @param probe the machine's speed, above 0
   * @param value the figure, above 0
   */
  public record Observation(boolean ours, double probe, double value) {

    private double[] row() {
      return new double[] {1, ours ? 1 : 0, Math.log(probe)};
    }
  }

  /**
   * Fits.
   *
   * @throws IllegalArgumentException where one of the variants has no turn, or the probe is the
   *     same in all
   */
  public static Regression of(List<Observation> observations) {
    double[][] square = new double[COEFFICIENTS][COEFFICIENTS];
    double[] right = new double[COEFFICIENTS];
    for (Observation observation : observations) {
      double[] row = observation.row();
      for (int i = 0; i < COEFFICIENTS; i++) {
        right[i] += row[i] * Math.log(observation.value());
        for (int j = 0; j < COEFFICIENTS; j++) {
          square[i][j] += row[i] * row[j];
        }
      }
    }
    double[][] inverse = inverse(square);
    double[] fitted = new double[COEFFICIENTS];
    for (int i = 0; i < COEFFICIENTS; i++) {
      for (int j = 0; j < COEFFICIENTS; j++) {
        fitted[i] += inverse[i][j] * right[j];
      }
    }
    double squares = 0;
    for (Observation observation : observations) {
      double[] row = observation.row();
      double residual = Math.log(observation.value());
      for (int i = 0; i < COEFFICIENTS; i++) {
        residual -= row[i] * fitted[i];
      }
      squares += residual * residual;
    }
    int free = observations.size() - COEFFICIENTS;
    double error = free > 0 ? Math.sqrt(squares / free * inverse[1][1]) : Double.NaN;
    return new Regression(fitted[1], error);
  }

  /** The figure of the variant, as a multiple of the other's. */
  public double ratio() {
    return Math.exp(effect);
  }

  /** Returns the lower end of what the ratio may be, two standard errors away. */
  public double lowest() {
    return Math.exp(effect - ERRORS * error);
  }

  /** Returns the upper end of it. */
  public double highest() {
    return Math.exp(effect + ERRORS * error);
  }

  /** By elimination (Gauss-Jordan) with the largest pivot. */
  private static double[][] inverse(double[][] matrix) {
    int n = matrix.length;
    double[][] left = new double[n][];
    double[][] result = new double[n][n];
    for (int i = 0; i < n; i++) {
      left[i] = matrix[i].clone();
      result[i][i] = 1;
    }
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int row = column + 1; row < n; row++) {
        if (Math.abs(left[row][column]) > Math.abs(left[pivot][column])) {
          pivot = row;
        }
      }
      if (Math.abs(left[pivot][column]) < 1e-9) {
        throw new IllegalArgumentException("the turns do not differ in what is to be told apart");
      }
      swap(left, column, pivot);
      swap(result, column, pivot);
      double by = left[column][column];
      for (int i = 0; i < n; i++) {
        left[column][i] /= by;
        result[column][i] /= by;
      }
      for (int row = 0; row < n; row++) {
        double times = row == column ? 0 : left[row][column];
        for (int i = 0; i < n; i++) {
          left[row][i] -= times * left[column][i];
          result[row][i] -= times * result[column][i];
        }
      }
    }
    return result;
  }

  private static void swap(double[][] rows, int one, int other) {
    double[] kept = rows[one];
    rows[one] = rows[other];
    rows[other] = kept;
  }
}

package dev.bulwark.benchmarks.apikeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OpenLoopTest {

  @Test
  void arrivalsAreFixedBeforehandAtTheRateThatWasAskedFor() {
    long[] arrivals = OpenLoop.arrivals(5_000, Duration.ofSeconds(20), 7);
    assertThat(arrivals).hasSize(100_000).isSorted();
    assertThat(arrivals[arrivals.length - 1] / 1e9).isCloseTo(20, within(0.5));
    assertThat(OpenLoop.arrivals(5_000, Duration.ofSeconds(20), 7)).isEqualTo(arrivals);
    assertThat(OpenLoop.arrivals(5_000, Duration.ofSeconds(20), 8)).isNotEqualTo(arrivals);
  }

  /** Not in step: two often arrive together, and the server has to bear it. */
  @Test
  void arrivalsAreIndependent() {
    long[] arrivals = OpenLoop.arrivals(1_000, Duration.ofSeconds(50), 1);
    int close = 0;
    for (int i = 1; i < arrivals.length; i++) {
      close += arrivals[i] - arrivals[i - 1] < 100_000 ? 1 : 0;
    }
    assertThat(close / 50_000.0).as("within a tenth of the mean").isCloseTo(0.095, within(0.01));
  }
}

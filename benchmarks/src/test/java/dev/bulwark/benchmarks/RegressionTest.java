package dev.bulwark.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bulwark.benchmarks.Regression.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegressionTest {

  @Test
  void takesTheMachinesSpeedOff() {
    // The machine was slow in just those turns in which the variant was measured.
    List<Observation> observations =
        List.of(
            new Observation(false, 30, 700),
            new Observation(false, 33, 700 * 30 / 33.0),
            new Observation(true, 40, 0.9 * 700 * 30 / 40),
            new Observation(true, 45, 0.9 * 700 * 30 / 45),
            new Observation(true, 31, 0.9 * 700 * 30 / 31));
    Regression fitted = Regression.of(observations);
    assertThat(fitted.ratio()).isCloseTo(0.9, within(1e-9));
    assertThat(fitted.error()).isLessThan(1e-9);
  }

  @Test
  void errorGrowsWithWhatIsNotExplained() {
    Random random = new Random(1);
    int inside = 0;
    for (int run = 0; run < 200; run++) {
      List<Observation> observations = new ArrayList<>();
      for (int turn = 0; turn < 20; turn++) {
        double speed = 30 * Math.exp(random.nextGaussian() * 0.1);
        double noise = Math.exp(random.nextGaussian() * 0.04);
        boolean ours = turn % 2 == 0;
        observations.add(new Observation(ours, speed, (ours ? 0.9 : 1) * 20_000 / speed * noise));
      }
      Regression fitted = Regression.of(observations);
      if (fitted.lowest() <= 0.9 && 0.9 <= fitted.highest()) {
        inside++;
      }
    }
    assertThat(inside).isBetween(180, 200);
  }

  @Test
  void tooFewTurnsHaveNoError() {
    assertThat(
            Regression.of(
                    List.of(
                        new Observation(false, 30, 1),
                        new Observation(true, 31, 2),
                        new Observation(true, 33, 2)))
                .error())
        .isNaN();
  }

  @Test
  void oneVariantAloneTellsNothing() {
    assertThatThrownBy(
            () ->
                Regression.of(
                    List.of(
                        new Observation(true, 30, 1),
                        new Observation(true, 31, 2),
                        new Observation(true, 33, 2))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

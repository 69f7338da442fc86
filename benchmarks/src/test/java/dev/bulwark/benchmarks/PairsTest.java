package dev.bulwark.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairsTest {

  /** Of nine pairs the second and the eighth difference bound 96 of 100 medians. */
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "5, 1, 5", "6, 1, 6", "8, 1, 8", "9, 2, 8", "12, 3, 10", "24, 7, 18"})
  void theIntervalIsThatOfTheSignTest(int pairs, double lowest, double highest) {
    List<Double> ours =
        IntStream.rangeClosed(1, pairs).mapToObj(i -> 10.0 + pairs + 1 - i).toList();
    Pairs compared = Pairs.of(ours, Collections.nCopies(pairs, 10.0));
    assertThat(compared.lowest()).isEqualTo(lowest);
    assertThat(compared.highest()).isEqualTo(highest);
    assertThat(compared.median()).isEqualTo((pairs + 1) / 2.0);
  }

  /** The machine was twice as slow in the second round. */
  @Test
  void aRoundIsComparedWithItself() {
    assertThat(Pairs.of(List.of(11.0, 21.0, 11.0), List.of(10.0, 20.0, 10.0)).median())
        .isEqualTo(1);
  }

  @Test
  void turnsWithoutAPairAreNoPairs() {
    assertThatThrownBy(() -> Pairs.of(List.of(1.0), List.of())).hasMessage("1 turns against 0");
    assertThatThrownBy(() -> Pairs.of(List.of(), List.of())).hasMessage("nothing was measured");
  }
}

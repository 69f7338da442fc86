package dev.bulwark.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuTimeTest {

  private static final String LINE =
      "42 (a (b) c) S 1 42 42 0 -1 4194560 100 200 0 0 700 30 5 2 20 0 1 0 99 0 0";

  @Test
  void countsUserAndSystemTime() {
    assertThat(CpuTime.ticks(LINE, false)).isEqualTo(730);
  }

  @Test
  void countsEndedChildrenWhereAsked() {
    assertThat(CpuTime.ticks(LINE, true)).isEqualTo(737);
  }

  @Test
  void processThatHasEndedCountsNothing() {
    assertThat(CpuTime.ticks("", true)).isZero();
  }
}

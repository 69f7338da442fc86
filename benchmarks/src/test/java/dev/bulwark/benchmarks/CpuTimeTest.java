package dev.bulwark.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

class CpuTimeTest {

  private static final String LINE =
      "42 (a (b) c) S 1 42 42 0 -1 4194560 100 200 0 0 700 30 5 2 20 0 1 0 99 0 0";

  /** Seconds of CPU time. */
  private static final double BUSY = 0.5;

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

  @Test
  void serverThatStillRunsIsNoPartOfTheProcessThatStartedIt() throws Exception {
    long self = ProcessHandle.current().pid();
    Process busy =
        new ProcessBuilder("sh", "-c", "while :; do :; done")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    double before = CpuTime.secondsWithEndedChildren(self);
    double all = CpuTime.seconds(self);
    try {
      await().until(() -> CpuTime.secondsOf(busy.pid()) >= BUSY);
      double ours = CpuTime.secondsWithEndedChildren(self) - before;
      assertThat(CpuTime.seconds(self) - all - ours).isGreaterThan(BUSY / 2);
    } finally {
      busy.destroyForcibly().waitFor();
    }
    assertThat(CpuTime.secondsWithEndedChildren(self) - before).isGreaterThanOrEqualTo(BUSY);
  }
}

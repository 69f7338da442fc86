package dev.bulwark.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachineTimeTest {

  @Test
  void waitingForDisksIsNotBusy() {
    MachineTime time = MachineTime.of("cpu  100 200 300 4000 5000 6 4 70 0 0");
    assertThat(time).isEqualTo(new MachineTime(6.1, 0.7));
  }
}

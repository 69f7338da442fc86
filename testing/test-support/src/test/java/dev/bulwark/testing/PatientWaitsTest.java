package dev.bulwark.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatientWaitsTest {

  @Test
  void junitHasFoundIt() {
    // Awaitility tells nobody else how long it waits.
    assertThat(await())
        .extracting("timeoutConstraint.maxWaitTime")
        .isEqualTo(Duration.ofSeconds(90));
  }
}

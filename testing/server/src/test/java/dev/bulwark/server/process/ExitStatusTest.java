package dev.bulwark.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** B3: what a newcomer reads when a server has been killed. */
class ExitStatusTest {

  @Test
  void aKilledServerIsExplainedByTheMemory() {
    assertThat(ExitStatus.of(137)).startsWith("exit code 137: ").contains("memory");
    assertThat(ExitStatus.of(1)).isEqualTo("exit code 1");
  }
}

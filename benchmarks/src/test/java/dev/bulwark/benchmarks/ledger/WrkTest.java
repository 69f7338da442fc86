package dev.bulwark.benchmarks.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class WrkTest {

  @Test
  void readsTheScriptsLine() throws IOException {
    Wrk.Result result = Wrk.parse("Running 2s test\nbulwark 5000 2500000 0 17 8000.0 18500.0\n");
    assertThat(result).isEqualTo(new Wrk.Result(5000, 2.5, 17, 8, 18.5));
    assertThat(result.perSecond()).isEqualTo(2000);
  }

  @Test
  void oneFailedRequestSpoilsTheRun() {
    assertThatThrownBy(() -> Wrk.parse("bulwark 5000 2500000 1 17 8000.0 18500.0\n"))
        .isInstanceOf(IOException.class);
  }
}

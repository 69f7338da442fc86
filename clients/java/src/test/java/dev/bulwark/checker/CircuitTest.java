package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CircuitTest {

  private static final long INTERVAL = Duration.ofMillis(500).toNanos();

  /** System.nanoTime may start anywhere, and overflow. */
  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MAX_VALUE - 1, Long.MIN_VALUE})
  void oneCallerAnIntervalTries(long start) throws InterruptedException {
    Circuit circuit = new Circuit(Duration.ofMillis(500));
    assertThat(circuit.allows(start)).isTrue();
    assertThat(circuit.allows(start)).isTrue();

    circuit.failed(start);
    assertThat(circuit.allows(start)).isFalse();
    assertThat(circuit.allows(start + INTERVAL - 1)).isFalse();
    assertThat(circuit.allows(start + INTERVAL)).as("the turn of one").isTrue();
    assertThat(circuit.allows(start + INTERVAL)).as("not of the next").isFalse();
    assertThat(circuit.allows(start + 2 * INTERVAL)).as("while it still tries").isFalse();
    circuit.ended();
    assertThat(circuit.allows(start + 2 * INTERVAL)).isTrue();

    Thread other = new Thread(circuit::ended);
    other.start();
    other.join();
    assertThat(circuit.allows(start + 3 * INTERVAL)).as("another one has ended").isFalse();

    circuit.succeeded();
    assertThat(circuit.allows(start)).isTrue();
    assertThat(circuit.allows(start)).isTrue();
  }
}

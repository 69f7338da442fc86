package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.worker.WatermarkGate.Finding;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R3, R5: only a round that began after an outage knows what ended in it. */
class WatermarkGateTest {

  private final WatermarkGate gate = new WatermarkGate();

  /** The clock is set back meanwhile; the order counts. */
  private static Moment at(long order) {
    return new Moment(order, 1_000_000 - order);
  }

  private static SortedSet<String> epochs(String... names) {
    return new TreeSet<>(Set.of(names));
  }

  @Test
  void atFirstItIsClosedUntilARoundBeganAfterTheLook() {
    assertThat(gate.allows(Optional.of(at(5)), 0)).isFalse();
    assertThat(gate.see(0, epochs("a"))).isEqualTo(Finding.NEW);
    assertThat(gate.allows(Optional.of(at(5)), 0)).isFalse();
    gate.openFrom(at(10));
    assertThat(gate.allows(Optional.of(at(9)), 0)).isFalse();
    assertThat(gate.allows(Optional.empty(), 0)).isFalse();
    assertThat(gate.allows(Optional.of(at(10)), 0)).isTrue();
    assertThat(gate.see(0, epochs("a"))).isEqualTo(Finding.NOTHING);
    assertThat(gate.allows(Optional.of(at(11)), 0)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"0, b", "1, a", "1, b"})
  void afterATroubleWhatEarlierRoundsKnewDoesNotCount(long missed, String epoch) {
    gate.see(0, epochs("a"));
    gate.openFrom(at(10));
    assertThat(gate.see(missed, epochs(epoch))).isEqualTo(Finding.TROUBLE);
    assertThat(gate.allows(Optional.of(at(15)), missed)).isFalse();
    gate.openFrom(at(20));
    assertThat(gate.allows(Optional.of(at(19)), missed)).isFalse();
    assertThat(gate.allows(Optional.of(at(20)), missed)).isTrue();
  }

  @Test
  void aPushThatFailsAfterTheLookClosesIt() {
    gate.see(3, epochs("a"));
    gate.openFrom(at(10));
    assertThat(gate.allows(Optional.of(at(12)), 4)).isFalse();
  }

  @Test
  void anotherLeadersTimeIsForgotten() {
    gate.see(0, epochs("a"));
    gate.openFrom(at(10));
    gate.forget();
    assertThat(gate.allows(Optional.of(at(12)), 0)).isFalse();
    assertThat(gate.see(0, epochs("a"))).isEqualTo(Finding.NEW);
  }
}

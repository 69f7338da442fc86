package dev.bulwark.revocation.writer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentRowsTest {

  private static final Duration AGE = Duration.ofSeconds(60);

  private final RecentRows<Integer> recent = new RecentRows<>(6, AGE);

  private static long at(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }

  @Test
  void whatTheSameServerTookIsNotMissing() {
    recent.add(List.of(1, 2), "a", at(0));
    assertThat(recent.missing("a").rows()).isEmpty();
  }

  @Test
  void anotherServerLacksAllUntilItIsConfirmed() {
    recent.add(List.of(1, 2), "a", at(0));
    recent.add(List.of(3), "a", at(5));
    RecentRows.Missing<Integer> missing = recent.missing("b");
    // Written to b, by a thread that did not know of it yet.
    recent.add(List.of(4), "a", at(5));
    assertThat(missing.rows()).containsExactly(1, 2, 3);
    recent.confirm(missing, "b");
    assertThat(recent.missing("b").rows()).containsExactly(4);
    assertThat(recent.missing("a").rows()).isEmpty();
  }

  @Test
  void afterADoubtNoServerHasAny() {
    recent.add(List.of(1), "a", at(0));
    recent.doubt();
    assertThat(recent.missing("a").rows()).containsExactly(1);
  }

  @Test
  void rowsLeaveAfterTheirTimeOnly() {
    recent.add(List.of(1), "a", at(0));
    recent.add(List.of(2), "a", at(30));
    recent.forget("a", at(60));
    assertThat(recent.missing("b").rows()).containsExactly(1, 2);
    recent.forget("a", at(62));
    assertThat(recent.missing("b").rows()).containsExactly(2);
  }

  @Test
  void rowsThatTheServerMayLackDoNotLeave() {
    recent.add(List.of(1), "a", at(0));
    recent.forget("b", at(1000));
    assertThat(recent.missing("b").rows()).containsExactly(1);
  }

  @Test
  void theOldestLeaveWhenThereAreTooMany() {
    assertThat(recent.add(List.of(1, 2, 3), "a", at(0))).isZero();
    assertThat(recent.add(List.of(4, 5, 6), "a", at(2))).isZero();
    assertThat(recent.add(List.of(7), "a", at(4))).isEqualTo(3);
    assertThat(recent.missing("b").rows()).containsExactly(4, 5, 6, 7);
  }
}

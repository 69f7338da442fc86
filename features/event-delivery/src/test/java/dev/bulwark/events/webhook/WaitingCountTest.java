package dev.bulwark.events.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WaitingCountTest {

  private long now = Long.MAX_VALUE - 5;
  private int counts;
  private Duration length = Duration.ZERO;
  private final WaitingCount waiting = new WaitingCount(() -> now);

  @Test
  void fewAreNotCounted() {
    assertThat(of(0, 0)).isZero();
    assertThat(of(WaitingCount.COUNT_THRESHOLD - 1, 1)).isEqualTo(WaitingCount.COUNT_THRESHOLD - 1);
    assertThat(counts).isZero();
  }

  /** The numbers of the events that were delivered meanwhile are in the range. */
  @Test
  void oneEventThatWaitsForLongIsOne() {
    assertThat(of(WaitingCount.COUNT_THRESHOLD, 1)).isOne();
    pass(Duration.ofSeconds(1));
    assertThat(of(1_000_000, 2)).isEqualTo(2);
  }

  @Test
  void manyAreCountedOnceASecond() {
    assertThat(of(5000, 4000)).isEqualTo(4000);
    pass(Duration.ofMillis(999));
    assertThat(of(5000, 3000)).isEqualTo(4000);
    assertThat(of(3500, 3000)).isEqualTo(3500);
    pass(Duration.ofMillis(1));
    assertThat(of(5000, 2000)).isEqualTo(2000);
    assertThat(counts).isEqualTo(2);
  }

  @Test
  void aSlowCountIsMadeLessOften() {
    length = Duration.ofSeconds(2);
    assertThat(of(1_000_000, 999_000)).isEqualTo(999_000);
    pass(Duration.ofSeconds(39));
    assertThat(of(1_000_000, 1)).isEqualTo(999_000);
    pass(Duration.ofSeconds(1));
    assertThat(of(1_000_000, 1)).isOne();
  }

  /** B12: a table of a million dead letters, read in each round of each node. */
  @Test
  void deadLettersAreCountedOnceASecond() {
    ThrottledQuery<Long> dead = new ThrottledQuery<>(() -> now);
    assertThat(dead.get(() -> 1L)).isEqualTo(1);
    pass(Duration.ofMillis(999));
    assertThat(dead.get(() -> 2L)).isEqualTo(1);
    pass(Duration.ofMillis(1));
    assertThat(dead.get(() -> 2L)).isEqualTo(2);
  }

  private long of(long bound, long real) {
    return waiting.of(
        bound,
        () -> {
          counts++;
          pass(length);
          return real;
        });
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }
}

package dev.bulwark.events.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** B12: how long all nodes leave the receiver alone. */
class DeliveryLockTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final Duration LONGEST = Duration.ofMinutes(11);

  private final DeliveryLock lock = new DeliveryLock();

  @Test
  void aPauseEndsByItself() {
    assertThat(lock.pause(NOW, LONGEST)).isZero();
    lock.failed(NOW + 30_000);
    assertThat(lock.pause(NOW, LONGEST)).isEqualTo(Duration.ofSeconds(30));
    assertThat(lock.pause(NOW + 29_999, LONGEST)).isEqualTo(Duration.ofMillis(1));
    assertThat(lock.pause(NOW + 30_000, LONGEST)).isZero();
    assertThat(lock.pause(NOW + 40_000, LONGEST)).isZero();
  }

  @Test
  void aClockThatIsHoursAheadStopsNothing() {
    lock.failed(NOW + Duration.ofHours(9).toMillis());
    assertThat(lock.pause(NOW, LONGEST)).isZero();
    assertThat(lock.pause(NOW + LONGEST.toMillis() + 1, LONGEST)).isZero();
  }

  @Test
  void theLongestPauseIsKept() {
    lock.failed(NOW + LONGEST.toMillis());
    assertThat(lock.pause(NOW, LONGEST)).isEqualTo(LONGEST);
  }

  /** As of a node with another clock: it was ahead, or this one is behind. */
  @Test
  void aSuccessEndsAPause() {
    lock.failed(NOW + Duration.ofMinutes(9).toMillis());
    lock.succeeded();
    assertThat(lock.pause(NOW, LONGEST)).isZero();
  }

  @Test
  void failuresAreCountedUpToASuccess() {
    lock.failed(NOW);
    lock.failed(NOW);
    assertThat(lock.getFailures()).isEqualTo(2);
    lock.succeeded();
    assertThat(lock.getFailures()).isZero();
  }
}

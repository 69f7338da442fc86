package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R2: a node with a wrong clock takes no live token for an expired one. */
class LedgerClockTest {

  private static final long T = 2_000_000_000_000L;

  private long own = T;
  private final InstantSource source = () -> Instant.ofEpochMilli(own);
  private final LedgerClock clock = new LedgerClock(source.withZone(ZoneOffset.UTC));

  /** Its own clock counts where it is behind. */
  @ParameterizedTest
  @CsvSource({"300000, 0", "1, 0", "0, 0", "-300000, -300000"})
  void theClockThatIsBehindCounts(long ahead, long expected) {
    own = T + ahead;
    clock.compare(T, own);
    assertThat(clock.millis()).isEqualTo(T + expected);
    assertThat(clock.instant()).isEqualTo(Instant.ofEpochMilli(T + expected));
    own += 1_000;
    assertThat(clock.millis()).as("it goes on").isEqualTo(T + expected + 1_000);
  }

  @Test
  void aClockThatIsSetRightIsFollowed() {
    own = T + 300_000;
    clock.compare(T, own);
    own = T + 10_000;
    clock.compare(T + 10_000, own);
    assertThat(clock.millis()).isEqualTo(T + 10_000);
  }

  /** The database was asked for a minute: within that time the clocks may agree. */
  @Test
  void aSlowAnswerDoesNotSetTheClockBack() {
    own = T + 60_000;
    clock.compare(T + 30_000, T);
    assertThat(clock.millis()).isEqualTo(T + 60_000);
  }

  @Test
  void itHasTheZoneOfTheNode() {
    Clock utc = source.withZone(ZoneOffset.UTC);
    assertThat(clock.getZone()).isEqualTo(utc.getZone());
  }
}

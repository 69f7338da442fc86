package dev.bulwark.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.ledger.RevokedTable.Backlog;
import dev.bulwark.revocation.push.RealmFeed;
import dev.bulwark.status.PartReport;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B15: what the overview says of revocation. */
class RevocationPartTest {

  private static final long NOW = 1_800_000_000_000L;

  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC);

  /** How old the watermark is, tokens in doubt, waiting ones and how long the oldest waits. */
  @ParameterizedTest
  @CsvSource({
    "      0, 0, 0,     0, WORKING, in-step",
    "  10000, 0, 0,     0, WORKING, in-step",
    "  10001, 0, 0,     0, TROUBLE, late",
    "  60000, 0, 0,     0, TROUBLE, late",
    "  60001, 0, 0,     0, TROUBLE, unknown",
    " -30000, 0, 0,     0, WORKING, in-step",
    "   1000, 3, 0,     0, TROUBLE, in-doubt",
    "  20000, 3, 9, 90000, TROUBLE, late",
    "   1000, 0, 2,  5000, WORKING, in-step",
    "   1000, 0, 2,  5001, TROUBLE, behind",
    "   1000, 0, 0, 90000, WORKING, in-step",
  })
  void theWorstIsSaid(
      long age, int inDoubt, long pending, long wait, PartReport.State state, String reason) {
    PartReport report =
        report(new RealmFeed(NOW - age, inDoubt), new Backlog(pending, NOW - wait), false);
    assertThat(report.state()).isEqualTo(state);
    assertThat(report.reason()).isEqualTo(reason);
  }

  @Test
  void aWatermarkThatIsNotThereIsNotOld() {
    assertThat(report(new RealmFeed(0, 0), new Backlog(0, 0), false).reason())
        .isEqualTo("incomplete");
  }

  @Test
  void workThatStandsStillComesFirst() {
    assertThat(report(null, null, true).reason()).isEqualTo("stalled");
    assertThat(report(null, null, false).reason()).isEqualTo("redis-away");
  }

  @Test
  void withoutRedisThereAreLists() {
    PartReport report =
        RevocationPart.of(new RevocationReport.Feed(false, null, null), false, CLOCK);
    assertThat(report.state()).isEqualTo(PartReport.State.WORKING);
    assertThat(report.reason()).isEqualTo("status-lists");
  }

  private static PartReport report(
      @Nullable RealmFeed feed, @Nullable Backlog backlog, boolean isStalled) {
    return RevocationPart.of(new RevocationReport.Feed(true, feed, backlog), isStalled, CLOCK);
  }
}

package dev.bulwark.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** R9: one node's wrong clock neither buries nor holds up the notices of all. */
class DeliveryClockTest {

  private static final long NOW = 1_800_000_000_000L;
  private static final long DAY = TimeUnit.HOURS.toMillis(25);

  private long own = NOW;
  private long nanos = 77;
  private final DeliveryClock clock = new DeliveryClock(() -> own, () -> nanos);

  private void pass(long millis) {
    own += millis;
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  void isTheNodesOwnUntilTheDatabaseIsAsked() {
    assertThat(clock.millis()).isEqualTo(NOW);
  }

  @Test
  void aClockThatIsAheadIsNotBelieved() {
    clock.setDatabaseTime(NOW - DAY, clock.nanos());
    pass(5_000);
    assertThat(clock.millis()).isEqualTo(NOW - DAY + 5_000);
  }

  @Test
  void aJumpBetweenTwoComparisonsHasNoEffect() {
    clock.setDatabaseTime(NOW, clock.nanos());
    pass(1_000);
    own += DAY;
    assertThat(clock.millis()).isEqualTo(NOW + 1_000);
  }

  @Test
  void theDatabasesClockMayBeAhead() {
    clock.setDatabaseTime(NOW + DAY, clock.nanos());
    pass(1_000);
    assertThat(clock.millis()).isEqualTo(NOW + 1_000);
  }

  /** The clock of a node is set right, or another database has taken over. */
  @Test
  void theLastComparisonCounts() {
    clock.setDatabaseTime(NOW - DAY, clock.nanos());
    clock.setDatabaseTime(NOW, clock.nanos());
    assertThat(clock.millis()).isEqualTo(NOW);
  }

  /** It would take the pauses of all others for those of a wrong clock. */
  @Test
  void aNodeWhoseClockIsBehindKeepsThePausesOfOthersAndTheyItsOwn() {
    long behind = TimeUnit.MINUTES.toMillis(11);
    DeliveryClock other = new DeliveryClock(() -> own - behind, () -> nanos);
    clock.setDatabaseTime(NOW, clock.nanos());
    other.setDatabaseTime(NOW, other.nanos());
    assertThat(other.millis()).as("for what the node itself has noted").isEqualTo(NOW - behind);
    ReceiverRow receiver = new ReceiverRow() {};
    for (DeliveryClock writer : List.of(clock, other)) {
      DeliveryClock reader = writer == clock ? other : clock;
      receiver.recordFailure(
          writer.databaseMillis(), writer.databaseMillis() + 60_000, "status 503");
      assertThat(receiver.isDue(reader.databaseMillis())).isFalse();
      pass(60_000);
      assertThat(receiver.isDue(reader.databaseMillis())).isTrue();
    }
  }

  @Test
  void aReceiverIsNotHeldUpForLongerThanAnyPause() {
    ReceiverRow receiver = new ReceiverRow() {};
    assertThat(receiver.isDue(NOW)).isTrue();
    receiver.recordFailure(NOW, NOW + TimeUnit.MINUTES.toMillis(10), "status 503");
    assertThat(receiver.isDue(NOW)).isFalse();
    assertThat(receiver.isDue(NOW + TimeUnit.MINUTES.toMillis(10))).isTrue();
    receiver.recordFailure(NOW + DAY, NOW + DAY + 1_000, "status 503");
    assertThat(receiver.isDue(NOW)).isTrue();
  }
}

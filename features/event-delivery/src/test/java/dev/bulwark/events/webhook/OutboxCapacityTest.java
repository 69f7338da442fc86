package dev.bulwark.events.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.delivery.Backlog;
import dev.bulwark.events.webhook.OutboxCapacity.Shortage;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B12: which events are not stored any more. */
class OutboxCapacityTest {

  private static final int MAX_WAITING = 1000;

  private long now;
  private long share;
  private final OutboxCapacity capacity = new OutboxCapacity(MAX_WAITING, () -> now);

  @ParameterizedTest
  @CsvSource({
    "0, NONE, NONE",
    "499, NONE, NONE",
    "500, NONE, ORDER_KEY_FULL",
    "999, NONE, ORDER_KEY_FULL",
    "1000, OUTBOX_FULL, OUTBOX_FULL",
    "5000, OUTBOX_FULL, OUTBOX_FULL"
  })
  void nothingIsStoredWhereAsManyWaitAsMay(int waiting, Shortage ofOthers, Shortage ofBusy) {
    update(waiting);
    assertThat(capacity.shortage("ann")).isEqualTo(ofOthers);
    assertThat(capacity.shortage("busy")).isEqualTo(ofBusy);
  }

  @Test
  void aKeyMayHaveATenth() {
    update(MAX_WAITING / 2);
    assertThat(share).isEqualTo(MAX_WAITING / 10);
  }

  @Test
  void eventsAreStoredAgain() {
    update(MAX_WAITING);
    assertThat(capacity.shortage("ann")).isEqualTo(Shortage.OUTBOX_FULL);
    now += Duration.ofSeconds(1).toNanos();
    update(MAX_WAITING - 1);
    assertThat(capacity.shortage("ann")).isEqualTo(Shortage.NONE);
  }

  /**
   * The numbers of the events that wait may have gaps: one that waits for long does not fill it.
   */
  @Test
  void eventsAreCountedAndNotTheirNumbers() {
    capacity.update(new Backlog(1_000_000, 0, 0), () -> 1, above -> Set.of("busy"));
    assertThat(capacity.shortage("busy")).isEqualTo(Shortage.NONE);
  }

  private void update(int waiting) {
    capacity.update(
        new Backlog(waiting, 0, 0),
        () -> waiting,
        above -> {
          share = above;
          return Set.of("busy");
        });
  }
}

package dev.bulwark.events.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.events.outbox.Outbox.Backlog;
import dev.bulwark.events.webhook.Room.Shortage;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B12: which events are not stored any more. */
class RoomTest {

  private static final int MOST = 1000;

  private long now;
  private long share;
  private final Room room = new Room(MOST, () -> now);

  @ParameterizedTest
  @CsvSource({
    "0, NONE, NONE",
    "499, NONE, NONE",
    "500, NONE, OF_KEY",
    "999, NONE, OF_KEY",
    "1000, OF_ALL, OF_ALL",
    "5000, OF_ALL, OF_ALL"
  })
  void nothingIsStoredWhereAsManyWaitAsMay(int waiting, Shortage ofOthers, Shortage ofBusy) {
    look(waiting);
    assertThat(room.of("ann")).isEqualTo(ofOthers);
    assertThat(room.of("busy")).isEqualTo(ofBusy);
  }

  @Test
  void aKeyMayHaveATenth() {
    look(MOST / 2);
    assertThat(share).isEqualTo(MOST / 10);
  }

  @Test
  void thereIsRoomAgain() {
    look(MOST);
    assertThat(room.of("ann")).isEqualTo(Shortage.OF_ALL);
    now += Duration.ofSeconds(1).toNanos();
    look(MOST - 1);
    assertThat(room.of("ann")).isEqualTo(Shortage.NONE);
  }

  /** The numbers of the events that wait may have gaps: one that waits for long is no full room. */
  @Test
  void eventsAreCountedAndNotTheirNumbers() {
    room.look(new Backlog(1_000_000, 0), () -> 1, above -> Set.of("busy"));
    assertThat(room.of("busy")).isEqualTo(Shortage.NONE);
  }

  private void look(int waiting) {
    room.look(
        new Backlog(waiting, 0),
        () -> waiting,
        above -> {
          share = above;
          return Set.of("busy");
        });
  }
}

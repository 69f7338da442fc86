package dev.bulwark.revocation.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.bulwark.revocation.sessions.EndedSessionEviction.Ended;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** R1: when a session that has ended is taken out of Keycloak's caches. */
class EndedSessionEvictionTest {

  private final List<String> removed = new ArrayList<>();
  private long now = 1_000_000;

  private final Clock clock =
      new Clock() {
        @Override
        public ZoneOffset getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return Instant.ofEpochMilli(now);
        }
      };

  private final EndedSessionEviction eviction =
      new EndedSessionEviction(
          (id, offline) -> removed.add(id + (offline ? " offline" : "")), clock);

  private List<String> roundAt(long age) {
    now = 1_000_000 + age;
    removed.clear();
    eviction.round();
    return List.copyOf(removed);
  }

  @Test
  void atTheCommitAndFourTimesLater() {
    eviction.ended(List.of(new Ended("a", false), new Ended("b", true)));
    assertThat(removed).containsExactly("a", "b offline");
    assertThat(roundAt(499)).isEmpty();
    assertThat(roundAt(500)).containsExactly("a", "b offline");
    assertThat(roundAt(1_999)).isEmpty();
    assertThat(roundAt(2_000)).containsExactly("a", "b offline");
    assertThat(roundAt(5_000)).containsExactly("a", "b offline");
    assertThat(roundAt(14_999)).isEmpty();
    assertThat(roundAt(15_000)).containsExactly("a", "b offline");
    assertThat(roundAt(60_000)).isEmpty();
  }

  /** The last time counts most: the reader that was held up longest. */
  @Test
  void aRoundThatWasHeldUpDoesOnceWhatItMissed() {
    eviction.ended(List.of(new Ended("a", false)));
    assertThat(roundAt(20_000)).containsExactly("a");
    assertThat(roundAt(60_000)).isEmpty();
  }

  @Test
  void asManyAsFitAreTakenOutAgain() {
    eviction.ended(
        IntStream.range(0, EndedSessionEviction.MAX_WAITING + 5)
            .mapToObj(i -> new Ended("s" + i, false))
            .toList());
    assertThat(removed).hasSize(EndedSessionEviction.MAX_WAITING + 5);
    assertThat(roundAt(500)).hasSize(EndedSessionEviction.MAX_WAITING);
  }

  @Test
  void aCacheThatFailsKeepsNothingFromBeingDone() {
    EndedSessionEviction failing =
        new EndedSessionEviction(
            (id, offline) -> {
              removed.add(id);
              throw new IllegalStateException("no cache");
            },
            clock);
    assertThatCode(() -> failing.ended(List.of(new Ended("a", false), new Ended("b", false))))
        .doesNotThrowAnyException();
    now += 500;
    assertThatCode(failing::round).doesNotThrowAnyException();
    assertThat(removed).containsExactly("a", "b", "a", "b");
  }
}

package dev.bulwark.revocation.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BeatWatchTest {

  private static final Duration LONGEST = Duration.ofSeconds(10);

  private BeatWatch watch = new BeatWatch(Duration.ofSeconds(1));
  private long seconds;

  @Test
  void aNodeThatBeatsIsNeverLost() {
    for (int i = 0; i < 100; i++) {
      look(1, Map.of("a", (long) i));
    }
    assertThat(watch.silent(BeatWatch.SUSPECT_AFTER)).isEmpty();
  }

  @Test
  void aNodeThatDoesNotIsSuspectedAndThenLost() {
    look(1, Map.of("a", 7L, "b", 1L));
    for (int i = 0; i < 4; i++) {
      look(1, Map.of("a", 7L, "b", 2L + i));
    }
    assertThat(watch.silent(BeatWatch.SUSPECT_AFTER)).isEmpty();
    look(1, Map.of("a", 7L, "b", 10L));
    assertThat(watch.silent(BeatWatch.SUSPECT_AFTER)).containsExactly("a");
    for (int i = 0; i < 9; i++) {
      look(1, Map.of("a", 7L, "b", 11L + i));
      assertThat(watch.silent(BeatWatch.LOST_AFTER)).isEmpty();
    }
    look(1, Map.of("a", 7L, "b", 30L));
    assertThat(watch.silent(BeatWatch.LOST_AFTER)).containsExactly("a");
    assertThat(watch.isAlive("a")).isFalse();
    assertThat(watch.isAlive("b")).isTrue();
    assertThat(watch.isAlive("c")).isFalse();
    look(1, Map.of("a", 8L, "b", 30L));
    assertThat(watch.isAlive("a")).isTrue();
    assertThat(watch.silent(Duration.ofSeconds(2))).isEmpty();
  }

  /** It leaves a block behind whose tokens may lack their rows: nothing is complete until then. */
  @Test
  void aNodeWhoseRowIsGoneIsNotAlive() {
    look(1, Map.of("a", 7L));
    look(1, Map.of("a", 8L));
    assertThat(watch.isAlive("a")).isTrue();
    look(1, Map.of("a", NodeTable.NO_BEAT));
    assertThat(watch.isAlive("a")).isFalse();
    for (int i = 0; i < 5; i++) {
      look(3, Map.of("a", NodeTable.NO_BEAT));
    }
    assertThat(watch.silent(BeatWatch.LOST_AFTER)).containsExactly("a");
    look(1, Map.of("a", 9L));
    assertThat(watch.isAlive("a")).as("started again").isTrue();
  }

  /** A node that was asleep for a minute: the others beat, but it has not seen it yet. */
  @Test
  void whoWasAsleepTakesNobodyForLost() {
    look(1, Map.of("a", 7L));
    look(60, Map.of("a", 7L));
    assertThat(watch.silent(BeatWatch.SUSPECT_AFTER)).isEmpty();
  }

  /** R3: revocation:complete stands still until then, and applications wait a minute for it. */
  @Test
  void withRareLooksANodeIsLostWithinHalfAMinute() {
    watch = new BeatWatch(LONGEST);
    look(LONGEST.toSeconds(), Map.of("a", 7L));
    look(LONGEST.toSeconds(), Map.of("a", 8L));
    assertThat(watch.isAlive("a")).isTrue();
    look(LONGEST.toSeconds(), Map.of("a", 8L));
    assertThat(watch.silent(BeatWatch.LOST_AFTER)).isEmpty();
    look(LONGEST.toSeconds(), Map.of("a", 8L));
    assertThat(watch.silent(BeatWatch.LOST_AFTER)).containsExactly("a");
  }

  @Test
  void whoWasAsleepBetweenRareLooksTakesNobodyForLost() {
    watch = new BeatWatch(LONGEST);
    look(LONGEST.toSeconds(), Map.of("a", 7L));
    look(600, Map.of("a", 7L));
    assertThat(watch.silent(BeatWatch.LOST_AFTER)).isEmpty();
  }

  @Test
  void whoIsGoneIsForgotten() {
    look(1, Map.of("a", NodeTable.NO_BEAT));
    look(3, Map.of());
    look(3, Map.of("a", NodeTable.NO_BEAT));
    assertThat(watch.silent(Duration.ofSeconds(1))).isEmpty();
  }

  private void look(long after, Map<String, Long> beats) {
    seconds += after;
    watch.look(beats, Duration.ofSeconds(seconds).toNanos());
  }
}

package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LastAnswersTest {

  private final LastAnswers memory = new LastAnswers(2);

  @Test
  void whatWasUsedLeastRecentlyIsForgotten() {
    memory.note("a", new RedisAnswer(false, 1));
    memory.note("b", new RedisAnswer(false, 1));
    assertThat(memory.of("a")).isNotNull();
    memory.note("c", new RedisAnswer(false, 1));
    assertThat(memory.of("b")).isNull();
    assertThat(memory.of("a")).isNotNull();
    assertThat(memory.of("c")).isNotNull();
  }

  @Test
  void revokedStaysRevoked() {
    memory.note("a", new RedisAnswer(true, 5));
    memory.note("a", new RedisAnswer(false, 9));
    assertThat(memory.of("a")).isEqualTo(new RedisAnswer(true, 5));
    memory.note("b", new RedisAnswer(true, RedisAnswer.NEVER));
    assertThat(memory.of("b")).as("true, though Redis is not fed").isNotNull();
  }

  @Test
  void anAnswerThatSaysLessChangesNothing() {
    memory.note("a", new RedisAnswer(false, 5));
    memory.note("a", new RedisAnswer(false, 4));
    memory.note("a", new RedisAnswer(false, RedisAnswer.NEVER));
    assertThat(memory.of("a")).isEqualTo(new RedisAnswer(false, 5));
    memory.note("a", new RedisAnswer(false, 6));
    assertThat(memory.of("a")).isEqualTo(new RedisAnswer(false, 6));
    memory.note("b", new RedisAnswer(false, RedisAnswer.NEVER));
    assertThat(memory.of("b")).isNull();
  }

  /**
   * Steps: note an answer, begin a reading, confirm or lose; "late" has an old number of losses.
   */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "note, false",
    "note confirm, false",
    "note begin, false",
    "note begin confirm, true",
    "begin note confirm, false",
    "begin note confirm begin confirm, true",
    "note begin lose, false",
    "note begin lose begin confirm, false",
    "begin note lose begin confirm, false",
    "note begin begin confirm, true",
    "lose late begin confirm, false",
    "lose note begin confirm, true",
    "note begin confirm begin lose, true",
  })
  void anAnswerIsRememberedOnceALaterReadingConfirmsIt(String steps, boolean remembered) {
    PendingAnswers unconfirmed = new PendingAnswers(memory, 2);
    for (String step : steps.split(" ", -1)) {
      switch (step) {
        case "note" -> unconfirmed.note("a", new RedisAnswer(false, 5), unconfirmed.losses());
        case "late" -> unconfirmed.note("a", new RedisAnswer(false, 5), unconfirmed.losses() - 1);
        case "begin" -> unconfirmed.begin();
        case "confirm" -> unconfirmed.confirm();
        case "lose" -> unconfirmed.lose();
        default -> throw new IllegalArgumentException(step);
      }
    }
    assertThat(memory.of("a") != null).isEqualTo(remembered);
  }

  /** Of two primaries, x stays as it is. */
  @ParameterizedTest(name = "{0}@{1}, then {2}@{3}: {4}")
  @CsvSource({
    "5, e, 6, e, true",
    "5, e, 5, e, true",
    "5, '', 6, '', true",
    // emptied
    "5, e, , '', false",
    ", '', , '', false",
    // emptied and filled again
    "5, e, 6, f, false",
    // a replica that had less
    "5, e, 4, e, false",
  })
  void aPrimaryThatLostSomethingConfirmsNothing(
      @Nullable Long before, String epochBefore, @Nullable Long now, String epoch, boolean holds) {
    Watermarks first = watermarks("y", before, epochBefore);
    assertThat(watermarks("y", now, epoch).continues(first)).isEqualTo(holds);
    assertThat(watermarks("z", now, epoch).continues(first)).as("another primary").isFalse();
  }

  private static Watermarks watermarks(String key, @Nullable Long completeUntil, String epoch) {
    Watermarks.Mark mark =
        new Watermarks.Mark(
            completeUntil == null ? RedisAnswer.NEVER : completeUntil, epoch, Map.of());
    return new Watermarks(Map.of("x", new Watermarks.Mark(9, "e", Map.of()), key, mark), Set.of());
  }
}

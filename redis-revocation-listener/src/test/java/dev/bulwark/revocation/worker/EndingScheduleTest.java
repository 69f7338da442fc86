package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndingScheduleTest {

  private static final long T = 1_000_000_000;

  private final EndingSchedule schedule = new EndingSchedule();
  private final Ending ending = new Endings("TEST", T).realm("r");
  private final List<Ending> all = List.of(ending);

  private boolean written = true;

  private List<Ending> due(List<Ending> endings, Moment moment) {
    return schedule.due(endings, moment, () -> written);
  }

  private static Moment at(long time) {
    return new Moment(nanos(time), time);
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @BeforeEach
  void theRoundBefore() {
    assertThat(due(List.of(), at(T - 1_000))).isEmpty();
    assertThat(schedule.completeUntil(Set.of())).hasValue(at(T - 1_000));
  }

  @Test
  void passesComeAtGrowingAgesAndEnd() {
    assertThat(due(all, at(T))).isEmpty();
    for (long age : new long[] {500, 2_100, 5_000, 15_100}) {
      assertThat(due(all, at(T + age))).containsExactly(ending);
      schedule.passed(ending, nanos(T + age));
      assertThat(due(all, at(T + age + 100))).isEmpty();
      assertThat(schedule.finished(all)).isEmpty();
    }
    assertThat(due(all, at(T + 60_000))).containsExactly(ending);
    schedule.passed(ending, nanos(T + 60_000));
    assertThat(schedule.finished(all)).containsExactly(ending);
  }

  @Test
  void aPassThatFailedIsDueAgain() {
    assertThat(due(all, at(T))).isEmpty();
    assertThat(due(all, at(T + 500))).containsExactly(ending);
    assertThat(due(all, at(T + 600))).containsExactly(ending);
  }

  /** A transaction that commits late, or a node whose clock is wrong. */
  @ParameterizedTest
  @ValueSource(longs = {-3_600_000, -20_000, 0, 3_600_000})
  void agesCountFromTheFirstSight(long createdAt) {
    Ending other = new Endings("TEST", T + createdAt).realm("r");
    assertThat(due(List.of(other), at(T))).isEmpty();
    for (long age : new long[] {500, 2_000, 5_000, 15_000, 60_000}) {
      assertThat(due(List.of(other), at(T + age))).containsExactly(other);
      schedule.passed(other, nanos(T + age));
    }
    assertThat(schedule.finished(List.of(other))).containsExactly(other);
  }

  /** By it, one pass would have been the last, or the next one would have come in an hour. */
  @ParameterizedTest
  @ValueSource(longs = {3_600_000, -3_600_000})
  void aClockThatIsSetSkipsNoPassAndPutsNoneOff(long jump) {
    assertThat(due(all, at(T))).isEmpty();
    for (long age : new long[] {500, 2_000, 5_000, 15_000, 60_000}) {
      assertThat(schedule.finished(all)).isEmpty();
      assertThat(due(all, new Moment(nanos(T + age), T + jump))).containsExactly(ending);
      schedule.passed(ending, nanos(T + age));
    }
    assertThat(schedule.finished(all)).containsExactly(ending);
  }

  @Test
  void aPassThatTookLongDoesNotCountForLater() {
    assertThat(due(all, at(T))).isEmpty();
    assertThat(due(all, at(T + 59_000))).containsExactly(ending);
    // It began before the last age and ended after it: requests may have come in between.
    schedule.passed(ending, nanos(T + 59_000));
    assertThat(schedule.finished(all)).isEmpty();
    assertThat(due(all, at(T + 70_000))).containsExactly(ending);
  }

  @Test
  void anEndingWhoseRowOutlivesItsLastPassStaysFinished() {
    assertThat(due(all, at(T))).isEmpty();
    assertThat(due(all, at(T + 60_000))).containsExactly(ending);
    schedule.passed(ending, nanos(T + 60_000));
    assertThat(due(all, at(T + 61_000))).isEmpty();
    assertThat(schedule.finished(all)).containsExactly(ending);
  }

  @Test
  void anEndingThatIsGoneIsForgotten() {
    assertThat(due(all, at(T))).isEmpty();
    assertThat(due(List.of(), at(T + 1_000))).isEmpty();
    assertThat(due(all, at(T + 2_000))).isEmpty();
    assertThat(due(all, at(T + 2_500))).containsExactly(ending);
  }

  @Test
  void completeIsTheLastRoundWhoseEndingsAllHadAPass() {
    Ending second = new Endings("TEST", T).realm("r");
    due(all, at(T));
    assertThat(schedule.completeUntil(Set.of())).hasValue(at(T - 1_000));
    due(List.of(ending, second), at(T + 1_000));
    assertThat(schedule.completeUntil(Set.of())).hasValue(at(T - 1_000));
    schedule.passed(ending, nanos(T + 1_000));
    assertThat(schedule.completeUntil(Set.of())).hasValue(at(T));
    due(List.of(ending, second), at(T + 2_000));
    assertThat(schedule.completeUntil(Set.of())).hasValue(at(T));
    schedule.passed(second, nanos(T + 2_000));
    assertThat(schedule.completeUntil(Set.of())).hasValue(at(T + 2_000));
  }

  /** A standby has taken over: what the passes do not find must not be called complete. */
  @Test
  void aPassWithoutAllRowsDoesNotCountForCompleteness() {
    assertThat(due(all, at(T))).isEmpty();
    written = false;
    for (long age : new long[] {500, 2_000, 5_000, 15_000, 60_000}) {
      assertThat(due(all, at(T + age))).as("what has its row is found").containsExactly(ending);
      schedule.passed(ending, nanos(T + age));
      assertThat(due(all, at(T + age + 100))).as("not in every round").isEmpty();
      assertThat(schedule.completeUntil(Set.of())).hasValue(at(T - 1_000));
    }
    assertThat(schedule.finished(all)).isEmpty();

    written = true;
    assertThat(due(all, at(T + 70_000))).containsExactly(ending);
    assertThat(schedule.completeUntil(Set.of())).hasValue(at(T - 1_000));
    schedule.passed(ending, nanos(T + 70_000));
    assertThat(schedule.completeUntil(Set.of())).hasValue(at(T + 70_000));
    assertThat(schedule.finished(all)).containsExactly(ending);
  }

  /** Asking costs a statement. */
  @Test
  void whetherRowsAreWrittenIsAskedOnlyWhereItMatters() {
    schedule.due(all, at(T), () -> fail("no pass is due yet"));
    assertThat(due(all, at(T + 500))).containsExactly(ending);
    schedule.passed(ending, nanos(T + 500));
    assertThat(schedule.due(all, at(T + 2_000), () -> fail("one pass had all rows")))
        .containsExactly(ending);
    schedule.due(List.of(), at(T + 3_000), () -> fail("there is no ending"));
  }

  @Test
  void aNewLeaderSaysNothingBeforeItHasPassedWhatItFound() {
    EndingSchedule fresh = new EndingSchedule();
    assertThat(fresh.completeUntil(Set.of())).isEmpty();
    fresh.due(all, at(T), () -> true);
    assertThat(fresh.completeUntil(Set.of())).isEmpty();
    fresh.due(all, at(T + 1_000), () -> true);
    fresh.passed(ending, nanos(T + 1_000));
    assertThat(fresh.completeUntil(Set.of())).hasValue(at(T + 1_000));
  }

  /** A key that was rotated with an overlap: its end lies ahead. */
  @Test
  void anEndingThatIsNotInForceYetIsNotThere() {
    long end = T + 30_000;
    List<Ending> ahead = List.of(new Endings("TEST", T).apiKeyEnding("r", "k", end));
    for (long now = T; now < end; now += 1_000) {
      assertThat(due(ahead, at(now))).isEmpty();
      assertThat(schedule.finished(ahead)).isEmpty();
      assertThat(schedule.completeUntil(Set.of())).hasValue(at(now));
    }
    assertThat(due(ahead, at(end))).isEmpty();
    assertThat(schedule.completeUntil(Set.of())).hasValue(at(end - 1_000));
    assertThat(due(ahead, at(end + 500))).isEqualTo(ahead);
  }
}

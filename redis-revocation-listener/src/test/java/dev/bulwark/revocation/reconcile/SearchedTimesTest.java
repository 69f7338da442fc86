package dev.bulwark.revocation.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** R2, R7: what a search by time covers. */
class SearchedTimesTest {

  private static final long FIRST = -1;

  private final SearchedTimes<String> times = new SearchedTimes<>();

  @Test
  void theFirstSearchBeginsAtTheBeginningAndFarBehindIt() {
    times.begin(1_000);
    assertThat(times.after("idle", FIRST, 900)).isEqualTo(FIRST - SearchedTimes.WIDE);
    assertThat(times.after("restarted", 1_000, 1_000)).isEqualTo(1_000 - SearchedTimes.WIDE);
  }

  @Test
  void theNextOneGoesBackALittle() {
    search(1_000);
    assertThat(search(1_003)).isEqualTo(1_000 - SearchedTimes.CLOSE);
    assertThat(search(1_006)).isEqualTo(1_003 - SearchedTimes.CLOSE);
  }

  @Test
  void eachTimeIsCoveredByAWideSearchToo() {
    search(1_000);
    long last = 1_000;
    long covered = 0;
    for (long now = 1_003; now <= 1_300; now += 3) {
      long after = search(now);
      assertThat(after).as("no gap").isLessThanOrEqualTo(last - SearchedTimes.CLOSE);
      if (after == last - SearchedTimes.WIDE) {
        covered++;
      }
      last = now;
    }
    assertThat(covered).as("wide searches in 300 s").isEqualTo(10);
  }

  @Test
  void whatIsNotDoneIsCoveredAgain() {
    search(1_000);
    times.begin(1_003);
    times.after("idle", FIRST, 1_003);
    assertThat(search(1_030)).isEqualTo(1_000 - SearchedTimes.WIDE);
    times.begin(1_033);
    times.after("idle", FIRST, 1_033);
    assertThat(search(1_036)).isEqualTo(1_030 - SearchedTimes.CLOSE);
  }

  @Test
  void aWideSearchThatIsNotDoneIsNotTheLastOne() {
    search(1_000);
    times.begin(1_040);
    times.after("idle", FIRST, 1_040);
    assertThat(search(1_043)).isEqualTo(1_000 - SearchedTimes.WIDE);
  }

  /** A token that cannot be judged, as while a user store is down. */
  @Test
  void aPartInDoubtDoesNotMakeTheOthersGoBackFar() {
    times.begin(1_000);
    times.after("idle", FIRST, 1_000);
    times.after("doubted", FIRST, 1_000);
    times.done();
    times.begin(1_040);
    assertThat(times.after("idle", FIRST, 1_040)).isEqualTo(1_000 - SearchedTimes.WIDE);
    times.after("doubted", FIRST, 1_040);
    times.reached("idle");

    times.begin(1_043);
    assertThat(times.after("idle", FIRST, 1_043)).isEqualTo(1_040 - SearchedTimes.CLOSE);
    assertThat(times.after("doubted", FIRST, 1_043)).isEqualTo(1_000 - SearchedTimes.WIDE);
    times.reached("idle");
    times.begin(1_070);
    assertThat(times.after("idle", FIRST, 1_070)).isEqualTo(1_043 - SearchedTimes.WIDE);
  }

  @Test
  void aSettingThatMakesSessionsLiveLongerMovesTheSearchBack() {
    search(1_000);
    times.begin(1_003);
    assertThat(times.after("idle", FIRST, 400)).isEqualTo(400 - SearchedTimes.CLOSE);
  }

  @Test
  void aClockThatIsSetBackPutsNoWideSearchOff() {
    search(10_000);
    assertThat(search(1_000)).isEqualTo(1_000 - SearchedTimes.WIDE);
  }

  @Test
  void afterForgettingItBeginsAnew() {
    search(1_000);
    times.forget();
    assertThat(search(1_003)).isEqualTo(FIRST - SearchedTimes.WIDE);
  }

  /** A whole search; returns where it began. */
  private long search(long now) {
    times.begin(now);
    long after = times.after("idle", FIRST, now);
    times.done();
    return after;
  }
}

package dev.bulwark.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** L2: pools and marks on one node; windows that other nodes have filled. */
class LocalPoolTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private final AtomicLong now = new AtomicLong(1_000);
  private final AtomicInteger ids = new AtomicInteger();
  private final LocalLimiter limiter = new LocalLimiter(1_000, now::get);

  private Attempt attempt(Pool... pools) {
    return new Attempt("id-" + ids.incrementAndGet(), List.of(pools));
  }

  private static Pool strangers() {
    return Pool.of(
        List.of(
            new Window("address", 3, MINUTE, Scope.ADDRESS),
            new Window("account", 2, HOUR, Scope.ACCOUNT)));
  }

  private static Pool device(int limit, int failures, @Nullable String mark) {
    return new Pool(
        List.of(
            new Window("device", limit, MINUTE, Scope.DEVICE),
            new Window("failures", failures, HOUR, Scope.DEVICE)),
        mark);
  }

  private void advance(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void theFirstPoolWithRoomCounts() {
    assertThat(limiter.take(attempt(device(9, 2, null), strangers())))
        .isEqualTo(new Decision.Granted(0));
    assertThat(limiter.take(attempt(device(9, 2, null), strangers())))
        .isEqualTo(new Decision.Granted(0));
    // Too many failures: from now on a stranger, who takes a slot of the strangers alone.
    assertThat(limiter.take(attempt(device(9, 2, null), strangers())))
        .isEqualTo(new Decision.Granted(1));
    assertThat(limiter.take(attempt(strangers()))).isEqualTo(new Decision.Granted(0));
    assertThat(limiter.take(attempt(strangers())))
        .isEqualTo(new Decision.Refused(HOUR.toMillis(), Scope.ACCOUNT, true));
    assertThat(limiter.take(attempt(device(3, 9, null), strangers())))
        .isEqualTo(new Decision.Granted(0));
    // Both are full: the shorter wait is told.
    assertThat(limiter.take(attempt(device(3, 9, null), strangers())))
        .isEqualTo(new Decision.Refused(MINUTE.toMillis(), Scope.DEVICE, true));
    assertThat(limiter.take(attempt(strangers(), device(3, 9, null))))
        .isEqualTo(new Decision.Refused(MINUTE.toMillis(), Scope.DEVICE, true));
  }

  @Test
  void aFullPoolCountsAgainAfterItsWindow() {
    Pool strangers = strangers();
    limiter.take(attempt(device(9, 1, null), strangers));
    assertThat(limiter.check(attempt(device(9, 1, null), strangers)))
        .isEqualTo(new Decision.Granted(1));
    advance(HOUR.minusNanos(1));
    assertThat(limiter.check(attempt(device(9, 1, null), strangers)))
        .isEqualTo(new Decision.Granted(1));
    advance(Duration.ofNanos(1));
    assertThat(limiter.check(attempt(device(9, 1, null), strangers)))
        .isEqualTo(new Decision.Granted(0));
  }

  @Test
  void aPoolWithAMarkCountsWhileTheMarkIsKnown() {
    Attempt attempt = attempt(device(9, 9, "mark"), strangers());
    assertThat(limiter.isMarked("mark")).isFalse();
    assertThat(limiter.check(attempt)).isEqualTo(new Decision.Granted(1));
    limiter.mark("mark", MINUTE);
    assertThat(limiter.isMarked("mark")).isTrue();
    assertThat(limiter.check(attempt)).isEqualTo(new Decision.Granted(0));
    assertThat(limiter.isMarked("another")).isFalse();
    advance(MINUTE.minusNanos(1));
    assertThat(limiter.check(attempt)).isEqualTo(new Decision.Granted(0));
    advance(Duration.ofNanos(1));
    assertThat(limiter.isMarked("mark")).isFalse();
    assertThat(limiter.check(attempt)).isEqualTo(new Decision.Granted(1));
  }

  @Test
  void onePoolNeedsNoMark() {
    Attempt attempt = attempt(device(9, 1, "unknown"));
    assertThatThrownBy(() -> limiter.take(attempt)).isInstanceOf(IllegalArgumentException.class);
  }

  /** One of several pools is enough: its slot comes back, and the attempt with it. */
  @Test
  void whereOnePoolHoldsAttemptsInFlightSoDoesTheAttempt() {
    Attempt onDevice = attempt(device(1, 9, null), strangers());
    limiter.take(onDevice);
    for (int i = 0; i < 2; i++) {
      Attempt failed = attempt(strangers());
      limiter.take(failed);
      limiter.fail(failed);
    }
    assertThat(limiter.check(attempt(device(1, 9, null), strangers())))
        .isEqualTo(new Decision.Refused(MINUTE.toMillis(), Scope.DEVICE, true));
    limiter.fail(onDevice);
    assertThat(limiter.check(attempt(device(1, 9, null), strangers())))
        .isEqualTo(new Decision.Refused(MINUTE.toMillis(), Scope.DEVICE, false));
  }

  @Test
  void whatRedisHasGrantedCountsHereInThatPool() {
    Attempt attempt = attempt(device(1, 1, null), strangers());
    limiter.put(attempt, 1);
    limiter.put(attempt(strangers()), 0);
    assertThat(limiter.check(attempt(strangers())))
        .isEqualTo(new Decision.Refused(HOUR.toMillis(), Scope.ACCOUNT, true));
    assertThat(limiter.check(attempt(device(1, 1, null)))).isEqualTo(new Decision.Granted(0));
    limiter.put(attempt(device(1, 1, null)), 0);
    assertThat(limiter.check(attempt(device(1, 1, null), Pool.of(List.of()))))
        .as("its window is full")
        .isEqualTo(new Decision.Granted(1));
  }

  @ParameterizedTest
  @CsvSource({
    // what is full elsewhere, and which of the two windows refuses
    "ADDRESS, address, true",
    "ADDRESS, other, false",
    "ACCOUNT, address, true",
    "ACCOUNT, other, true",
    "DEVICE, address, false",
  })
  void aWindowThatIsFullElsewhereIsClosedHere(Scope scope, String address, boolean refused) {
    limiter.close(attempt(strangers()), new Decision.Refused(5_000, scope, false));
    Attempt attempt =
        attempt(
            Pool.of(
                List.of(
                    new Window(address, 3, MINUTE, Scope.ADDRESS),
                    new Window("account", 2, HOUR, Scope.ACCOUNT))));
    assertThat(limiter.check(attempt))
        .isEqualTo(refused ? new Decision.Refused(5_000, scope, false) : Decision.GRANTED);
    advance(Duration.ofMillis(4_999));
    assertThat(limiter.check(attempt))
        .isEqualTo(refused ? new Decision.Refused(1, scope, false) : Decision.GRANTED);
    advance(Duration.ofMillis(1));
    assertThat(limiter.check(attempt)).isEqualTo(Decision.GRANTED);
  }

  @Test
  void theLongerOfTwoWaitsIsTold() {
    Attempt first = attempt(strangers());
    limiter.take(first);
    advance(Duration.ofSeconds(10));
    limiter.take(attempt(strangers()));
    // The account has room again in 59 min 50 s; other nodes let nobody of the address in for 2 h.
    limiter.close(first, new Decision.Refused(7_200_000, Scope.ADDRESS, true));
    assertThat(limiter.check(attempt(strangers())))
        .isEqualTo(new Decision.Refused(7_200_000, Scope.ADDRESS, false));
    advance(Duration.ofHours(2));
    assertThat(limiter.check(attempt(strangers()))).isEqualTo(Decision.GRANTED);
  }

  @Test
  void aSlotInFlightMayComeBackAndAFailedOneMayNot() {
    List<Attempt> held = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Attempt attempt = attempt(strangers());
      held.add(attempt);
      limiter.take(attempt);
    }
    limiter.fail(held.get(0));
    assertThat(limiter.check(attempt(strangers())))
        .isEqualTo(new Decision.Refused(HOUR.toMillis(), Scope.ACCOUNT, true));
    limiter.fail(held.get(1));
    assertThat(limiter.check(attempt(strangers())))
        .isEqualTo(new Decision.Refused(HOUR.toMillis(), Scope.ACCOUNT, false));
    limiter.giveBack(held.get(1));
    assertThat(limiter.check(attempt(strangers()))).isEqualTo(Decision.GRANTED);
    assertThat(limiter.size()).isEqualTo(2);
    limiter.giveBack(held.get(0));
    assertThat(limiter.size()).isZero();
  }

  @Test
  void onlyTheAttemptThatFailedHasFailed() {
    Attempt failed = attempt(strangers());
    Attempt right = attempt(strangers());
    Attempt next = attempt(strangers());
    limiter.take(failed);
    limiter.take(right);
    limiter.fail(failed);
    limiter.giveBack(right);
    limiter.take(next);
    limiter.fail(next);
    assertThat(limiter.check(attempt(strangers())))
        .isEqualTo(new Decision.Refused(HOUR.toMillis(), Scope.ACCOUNT, false));
  }

  @ParameterizedTest
  @CsvSource({"0, 60000", "1, 60000", "999999, 60000", "1000000, 59999", "1000001, 59999"})
  void aWaitIsRoundedUpToMilliseconds(long nanosLater, long millis) {
    Window one = new Window("one", 1, MINUTE, Scope.ADDRESS);
    limiter.take(attempt(Pool.of(List.of(one))));
    advance(Duration.ofNanos(nanosLater));
    assertThat(limiter.check(attempt(Pool.of(List.of(one)))))
        .isEqualTo(new Decision.Refused(millis, Scope.ADDRESS, true));
  }

  @Test
  void anAttemptKnowsItsWindowsOnceEach() {
    Attempt attempt = attempt(device(1, 1, null), strangers(), strangers());
    assertThat(attempt.keys())
        .containsExactlyInAnyOrder("device", "failures", "address", "account");
    assertThat(attempt.isUnlimited()).isFalse();
    assertThat(attempt(Pool.of(List.of())).isUnlimited()).isTrue();
    assertThat(attempt(Pool.of(List.of()), device(1, 1, null)).isUnlimited()).isFalse();
  }
}

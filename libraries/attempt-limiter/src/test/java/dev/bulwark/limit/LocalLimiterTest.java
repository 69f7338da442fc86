package dev.bulwark.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** L1: the windows of one node. */
class LocalLimiterTest {

  private static final Limits LIMITS = new Limits(5, 10, Duration.ofMinutes(1));

  private final AtomicLong now = new AtomicLong(1_000);
  private final AtomicInteger ids = new AtomicInteger();
  private final LocalLimiter limiter = new LocalLimiter(1_000, now::get);

  @Test
  void fiveOfAnAddressInAnyMinute() {
    for (int i = 0; i < 5; i++) {
      assertThat(take("a1", null)).isEqualTo(Decision.GRANTED);
      advance(Duration.ofSeconds(10));
    }
    // At 50 s: the first is from 0 s.
    assertThat(take("a1", null)).isEqualTo(new Decision.Refused(10_000, Scope.ADDRESS, true));
    assertThat(take("a2", null)).isEqualTo(Decision.GRANTED);
    advance(Duration.ofMillis(9_999));
    assertThat(take("a1", null)).isEqualTo(new Decision.Refused(1, Scope.ADDRESS, true));
    advance(Duration.ofMillis(1));
    assertThat(take("a1", null)).isEqualTo(Decision.GRANTED);
    // It slides: the second is from 10 s, so that there is room again at 70 s and not before.
    assertThat(take("a1", null)).isEqualTo(new Decision.Refused(10_000, Scope.ADDRESS, true));
  }

  @Test
  void tenOfAnAccountFromAnyAddress() {
    for (int i = 0; i < 10; i++) {
      assertThat(take("a" + i, "u")).isEqualTo(Decision.GRANTED);
    }
    assertThat(take("a11", "u")).isEqualTo(new Decision.Refused(60_000, Scope.ACCOUNT, true));
    assertThat(take("a11", "another")).isEqualTo(Decision.GRANTED);
  }

  @Test
  void whoIsRefusedTakesNoSlotAnywhere() {
    for (int i = 0; i < 10; i++) {
      take("a" + i, "u");
    }
    for (int i = 0; i < 20; i++) {
      assertThat(take("b", "u")).isInstanceOf(Decision.Refused.class);
    }
    for (int i = 0; i < 5; i++) {
      assertThat(take("b", null)).isEqualTo(Decision.GRANTED);
    }
    assertThat(take("b", null)).isInstanceOf(Decision.Refused.class);
  }

  @Test
  void aSlotGoesBackOnceAndOnlyItself() {
    List<Attempt> attempts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Attempt attempt = attempt("a", "u");
      attempts.add(attempt);
      limiter.take(attempt);
    }
    limiter.giveBack(attempts.get(2));
    limiter.giveBack(attempts.get(2));
    limiter.giveBack(attempt("a", "u"));
    assertThat(take("a", "u")).isEqualTo(Decision.GRANTED);
    assertThat(take("a", "u")).isInstanceOf(Decision.Refused.class);
  }

  @Test
  void checkingTakesNothing() {
    for (int i = 0; i < 20; i++) {
      assertThat(limiter.check(new Attempt("", "a", null, LIMITS))).isEqualTo(Decision.GRANTED);
    }
    for (int i = 0; i < 5; i++) {
      take("a", null);
    }
    assertThat(limiter.check(new Attempt("", "a", null, LIMITS)))
        .isEqualTo(new Decision.Refused(60_000, Scope.ADDRESS, true));
  }

  @Test
  void noLimitWhereItIsNought() {
    Limits none = new Limits(0, 0, Duration.ofMinutes(1));
    for (int i = 0; i < 100; i++) {
      assertThat(limiter.take(new Attempt("n" + i, "a", "u", none))).isEqualTo(Decision.GRANTED);
    }
    assertThat(limiter.size()).isZero();
  }

  @Test
  void aLowerLimitCountsFromThen() {
    for (int i = 0; i < 5; i++) {
      take("a", null);
      advance(Duration.ofSeconds(1));
    }
    Limits lower = new Limits(2, 10, Duration.ofMinutes(1));
    // The fourth of five, from 3 s, has to go before there is room for a second.
    assertThat(limiter.take(new Attempt("x", "a", null, lower)))
        .isEqualTo(new Decision.Refused(58_000, Scope.ADDRESS, true));
  }

  @Test
  void concurrentAttemptsGetExactlyTheLimit() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Future<Decision>> all = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        all.add(threads.submit(() -> take("a", "u")));
      }
      int granted = 0;
      for (Future<Decision> one : all) {
        granted += one.get() instanceof Decision.Granted ? 1 : 0;
      }
      assertThat(granted).isEqualTo(5);
    } finally {
      threads.shutdownNow();
    }
  }

  /** A flood from ever new addresses must not fill the memory. */
  @Test
  void remembersNoMoreThanItMay() {
    LocalLimiter small = new LocalLimiter(1_000, now::get);
    for (int i = 0; i < 100_000; i++) {
      small.take(attempt("flood-" + i, null));
    }
    // What is over is removed on another thread, soon.
    org.awaitility.Awaitility.await().until(() -> small.size() <= 1_000);
  }

  private Decision take(String address, @Nullable String account) {
    return limiter.take(attempt(address, account));
  }

  private Attempt attempt(String address, @Nullable String account) {
    return new Attempt("id-" + ids.incrementAndGet(), address, account, LIMITS);
  }

  private void advance(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void aLiftForgetsTheAttemptsBeforeIt() {
    for (int i = 0; i < 4; i++) {
      take("a", "u");
    }
    advance(Duration.ofSeconds(2));
    take("a", "u");
    assertThat(limiter.lift("a", Duration.ofSeconds(1))).isTrue();
    assertThat(limiter.lift("a", Duration.ofSeconds(1))).as("again").isFalse();
    for (int i = 0; i < 4; i++) {
      assertThat(take("a", null)).as("one is left").isEqualTo(Decision.GRANTED);
    }
    assertThat(take("a", null)).isInstanceOf(Decision.Refused.class);
    assertThat(limiter.lift("a", Duration.ZERO)).as("what is as old as the lift").isTrue();
    assertThat(take("a", null)).isEqualTo(Decision.GRANTED);
    assertThat(limiter.lift("another", Duration.ZERO)).isFalse();
    for (int i = 0; i < 3; i++) {
      assertThat(take("b" + i, "u"))
          .as("the account is another window")
          .isEqualTo(Decision.GRANTED);
    }
  }

  @Test
  void aLiftOpensAWindowThatOthersHaveFilledBefore() {
    Attempt attempt = new Attempt("x", "a", null, LIMITS);
    limiter.close(attempt, new Decision.Refused(30_000, Scope.ADDRESS, false));
    assertThat(limiter.lift("a", Duration.ofMillis(1))).as("an earlier lift").isFalse();
    assertThat(limiter.check(attempt)).isInstanceOf(Decision.Refused.class);
    advance(Duration.ofMillis(1));
    assertThat(limiter.lift("a", Duration.ofMillis(1))).isTrue();
    assertThat(limiter.check(attempt)).isEqualTo(Decision.GRANTED);
  }
}

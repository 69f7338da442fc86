package dev.bulwark.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** L1: what the next attempt tells Redis of. */
class PendingReturnsTest {

  private static final Limits LIMITS = new Limits(5, 10, Duration.ofMinutes(1));

  private final PendingReturns returns = new PendingReturns();

  private static Attempt attempt(String id, String address, @Nullable String account) {
    return new Attempt(id, address, account, LIMITS);
  }

  @Test
  void anAttemptLearnsOfAllThatShareAWindowWithIt() {
    returns.add(attempt("1", "home", "alice"));
    returns.add(attempt("2", "home", "bob"));
    returns.add(attempt("3", "work", "alice"));
    returns.add(attempt("4", "work", "carol"));
    assertThat(returns.of(attempt("x", "home", null))).containsExactly("1", "2");
    assertThat(returns.of(attempt("x", "home", "alice"))).containsExactly("1", "2", "3");
    assertThat(returns.of(attempt("x", "elsewhere", "carol"))).containsExactly("4");
    assertThat(returns.of(attempt("x", "elsewhere", "dave"))).isEmpty();
  }

  @Test
  void whatRedisHasTakenBackIsForgottenInEveryWindow() {
    Attempt one = attempt("1", "home", "alice");
    Attempt two = attempt("2", "home", "alice");
    returns.add(one);
    returns.add(one);
    returns.add(two);
    returns.remove(one);
    returns.remove(attempt("unknown", "work", "bob"));
    assertThat(returns.of(attempt("x", "home", "alice"))).containsExactly("2");
    returns.remove(two);
    assertThat(returns.of(attempt("x", "home", "alice"))).isEmpty();
    assertThat(returns.of(attempt("x", "elsewhere", "alice"))).isEmpty();
  }
}
